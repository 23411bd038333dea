//! Lines in a plane, as SVG.

use std::fmt::Write;

use super::escaped;

/// A line of a chart.
pub(super) struct Line {
    /// Its name, shown when pointed at.
    pub(super) name: String,
    /// A colour; without one it stays in the background.
    pub(super) colour: Option<&'static str>,
    /// Its points.
    pub(super) points: Vec<(f64, f64)>,
}

/// How an axis is divided.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// Evenly.
    Even,
    /// By powers of ten.
    Powers,
}

/// A chart: caption, names of the axes, scales.
pub(super) struct Chart<'c> {
    /// What stands above it.
    pub(super) caption: &'c str,
    /// What is to the right.
    pub(super) across: (&'c str, Scale),
    /// What is upwards.
    pub(super) up: (&'c str, Scale),
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 38.0;

struct Axis {
    low: f64,
    high: f64,
    scale: Scale,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>, scale: Scale) -> Option<Self> {
        let fits = |value: &f64| value.is_finite() && (scale == Scale::Even || *value > 0.0);
        let (low, high) = values
            .filter(fits)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return None;
        }
        let (low, high) = match scale {
            Scale::Even if low == high => (low - 0.5, high + 0.5),
            Scale::Even => (low, high),
            Scale::Powers => (low / 1.15, high * 1.15),
        };
        Some(Self { low, high, scale })
    }

    /// Where a value is, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Even => (value - self.low) / (self.high - self.low),
            Scale::Powers => (value / self.low).ln() / (self.high / self.low).ln(),
        }
    }

    fn ticks(&self) -> Vec<f64> {
        let mut ticks: Vec<f64> = match self.scale {
            Scale::Powers => {
                let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
                powers.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power))).collect()
            }
            Scale::Even => {
                let rough = (self.high - self.low) / 5.0;
                let power = 10_f64.powf(rough.log10().floor());
                let step =
                    [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough);
                let step = step.unwrap_or(10.0 * power);
                let first = (self.low / step).ceil() as i64;
                (first..first + 12).map(|n| n as f64 * step).collect()
            }
        };
        ticks.retain(|tick| (self.low - 1e-9..=self.high + 1e-9).contains(tick));
        if ticks.len() > 7 {
            let power = |tick: &f64| (tick.log10() - tick.log10().round()).abs() < 1e-9;
            ticks.retain(power);
        }
        ticks
    }
}

impl Chart<'_> {
    /// The chart with these lines, those without a colour below the others; nothing if there is no point.
    pub(super) fn draw(&self, lines: &[Line]) -> Option<String> {
        // What stays in the background may be hundreds of times as long, and would press everything else together: it leaves the chart.
        let axis = |of: fn(&(f64, f64)) -> f64, scale: Scale| {
            let axis_of = |is_meant: fn(&Line) -> bool| {
                let meant = lines.iter().filter(|line| is_meant(line));
                Axis::of(meant.flat_map(|line| line.points.iter().map(of)), scale)
            };
            axis_of(|line| line.colour.is_some()).or_else(|| axis_of(|_| true))
        };
        let x = axis(|point| point.0, self.across.1)?;
        let y = axis(|point| point.1, self.up.1)?;
        let across = |value: f64| LEFT + (WIDTH - LEFT - RIGHT) * x.place(value);
        let up = |value: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y.place(value);
        let mut svg = format!("<figure><figcaption>{}</figcaption>", escaped(self.caption));
        _ = write!(svg, "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
        for tick in y.ticks() {
            let at = up(tick);
            _ = write!(svg, "<path class=\"axis\" d=\"M{LEFT} {at:.1}H{:.1}\"/>", WIDTH - RIGHT);
            _ = write!(
                svg,
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 5.0,
                at + 4.0,
                short(tick)
            );
        }
        for tick in x.ticks() {
            let (at, bottom) = (across(tick), HEIGHT - BOTTOM);
            _ = write!(svg, "<path class=\"axis\" d=\"M{at:.1} {bottom}v4\"/>");
            let y = bottom + 16.0;
            _ = write!(svg, "<text x=\"{at:.1}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", short(tick));
        }
        let (middle, bottom) = ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6.0);
        _ = write!(
            svg,
            "<text x=\"{middle}\" y=\"{bottom}\" text-anchor=\"middle\">{}</text>",
            escaped(self.across.0)
        );
        let side = (TOP + HEIGHT - BOTTOM) / 2.0;
        _ = write!(
            svg,
            "<text transform=\"translate(11 {side}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            escaped(self.up.0)
        );
        let visible = |(px, py): &(f64, f64)| {
            px.is_finite()
                && py.is_finite()
                && (x.scale == Scale::Even || *px > 0.0)
                && (y.scale == Scale::Even || *py > 0.0)
        };
        // A picture in the picture cuts off what is beyond its edges.
        let (width, height) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        _ = write!(
            svg,
            "<svg x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\" viewBox=\"{LEFT} {TOP} {width} {height}\">"
        );
        for line in background_first(lines) {
            let mut path = String::new();
            for (px, py) in line.points.iter().copied().filter(visible) {
                let sign = if path.is_empty() { 'M' } else { 'L' };
                _ = write!(path, "{sign}{:.1} {:.1}", across(px), up(py));
            }
            let style = match line.colour {
                Some(colour) => format!("stroke=\"{colour}\" stroke-width=\"2\""),
                None => "class=\"other\" stroke-width=\"1\"".to_owned(),
            };
            let name = escaped(&line.name);
            _ = write!(
                svg,
                "<path d=\"{path}\" fill=\"none\" stroke-linejoin=\"round\" {style}><title>{name}</title></path>"
            );
        }
        svg.push_str("</svg></svg></figure>\n");
        Some(svg)
    }
}

fn background_first(lines: &[Line]) -> impl Iterator<Item = &Line> {
    // What is drawn later is above: the first line, the one that matters most, is the last.
    let background = lines.iter().filter(|line| line.colour.is_none());
    background.chain(lines.iter().rev().filter(|line| line.colour.is_some()))
}

fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Chart, Line, Scale};

    const CHART: Chart<'static> =
        Chart { caption: "c", across: ("load", Scale::Even), up: ("seconds", Scale::Powers) };

    #[test]
    fn points_are_where_the_axes_say() {
        let line =
            |points: &[(f64, f64)]| Line { name: "a".into(), colour: Some("#123456"), points: points.into() };
        let svg = CHART.draw(&[line(&[(0.5, 0.1), (1.0, 1.0)])]).unwrap_or_default();
        // From the left edge to the right one, upwards by nearly all of the height.
        assert!(svg.contains("d=\"M48.0 19") && svg.contains("L352.0 1"), "{svg}");
        assert!(svg.contains(">0.1<") && svg.contains(">1<"), "{svg}");
        assert!(CHART.draw(&[line(&[])]).is_none());
        let zero = CHART.draw(&[line(&[(0.5, 0.0), (1.0, 1.0)])]).unwrap_or_default();
        assert!(!zero.contains("NaN") && !zero.contains("inf"), "{zero}");
    }
}
