//! What decisions cost by the number of endpoints, as an SVG for the documentation.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What is drawn: the beginning of the ids, up to the number of endpoints; its name; its colour.
const LINES: [(&str, &str, &str); 6] = [
    ("score/predicted-completion/", "predicted completion", "#b3263f"),
    ("score/queue-kv-prefix-32k/", "queue, KV cache, prefix: 32,768 tokens", "#0b6e4f"),
    ("score/queue-kv-prefix/", "queue, KV cache, prefix: 256 tokens", "#2f9e6e"),
    ("pick/least_request/", "least_request", "#8a5a00"),
    ("pick/two_choice/", "two_choice", "#1f5fa8"),
    ("pick/random/", "random", "#7a7a7a"),
];
const SIZES: [(f64, &str); 4] = [(8.0, "8"), (64.0, "64"), (512.0, "512"), (4_096.0, "4096")];

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 300.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 50.0;
/// From 50 ns to 1 ms.
const LOW: f64 = 50.0;
const HIGH: f64 = 1e6;

/// The plot of medians in nanoseconds, by id.
pub fn by_endpoints(figures: &BTreeMap<String, f64>) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>Time of one decision by the number of endpoints</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    for (ns, name) in [(100.0, "100 ns"), (1e3, "1 us"), (1e4, "10 us"), (1e5, "100 us"), (1e6, "1 ms")] {
        let y = up(ns);
        _ = writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{}\" stroke=\"#ddd\"/>", WIDTH - RIGHT);
        _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>",
            LEFT - 8.0,
            y + 4.0
        );
    }
    for (size, name) in SIZES {
        let x = across(size);
        _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
            HEIGHT - BOTTOM + 20.0
        );
    }
    let middle = (LEFT + WIDTH - RIGHT) / 2.0;
    _ = writeln!(svg, "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">endpoints</text>", HEIGHT - 10.0);
    // Names stand where their lines end, below each other where those meet.
    let mut free = 0.0;
    for (prefix, name, colour) in LINES {
        let of = |size: &str| figures.get(&format!("{prefix}{size}")).copied();
        let points: Vec<(f64, f64)> =
            SIZES.iter().filter_map(|(size, text)| Some((across(*size), up(of(text)?)))).collect();
        let Some((x, y)) = points.last().copied() else { continue };
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        _ = writeln!(
            svg,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-linejoin=\"round\"/>",
            path.join("L")
        );
        for (x, y) in &points {
            _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let y = f64::max(y + 4.0, free);
        free = y + 17.0;
        _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{y:.1}\" fill=\"{colour}\">{name}</text>", x + 10.0);
    }
    svg + "</svg>\n"
}

fn across(size: f64) -> f64 {
    LEFT + 20.0 + (WIDTH - LEFT - RIGHT - 40.0) * (size / 8.0).ln() / 512_f64.ln()
}

fn up(ns: f64) -> f64 {
    HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (ns / LOW).ln() / (HIGH / LOW).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_takes_longer_and_stands_higher() {
        let figures =
            |ns: f64| BTreeMap::from([8, 64].map(|n| (format!("pick/random/{n}"), ns * f64::from(n))));
        let svg = by_endpoints(&figures(20.0));
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(up(1e3) < up(1e2) && across(64.0) < across(512.0));
        assert!(svg.contains(&format!("cy=\"{:.1}\"", up(160.0))) && !svg.contains("NaN"));
        assert!(!by_endpoints(&BTreeMap::new()).contains("<circle"), "nothing measured, nothing drawn");
    }
}
