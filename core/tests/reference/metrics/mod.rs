//! The page `tests/vectors/metrics/README.md` once more: slow and plain. Shared with the fuzz target.

mod sample;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use sample::{Pair, is_blank, sample};
use series::{ENGINES, meanings};

const COUNTS: &str = "waiting running max_running used_blocks block_size blocks shared_blocks";
const USAGES: &str = "kv_usage former";

type Refusal = &'static str;

/// What the reader must answer to `text` under `options`, in the form of `expect` with every field.
pub(crate) fn read(text: &[u8], options: &Value) -> Value {
    let limit = |key: &str, default: u64| options[key].as_u64().unwrap_or(default);
    let mut page = Page { options, ..Page::default() };
    let mut engine = options["engine"].as_str().map(str::to_owned);
    if text.len() as u64 > limit("text_bytes", 16 << 20) {
        page.problem("MT0009", 0, "");
    } else {
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let torn = lines.pop().unwrap_or_default();
        let count = lines.len();
        if !torn.is_empty() {
            lines.push(torn);
        }
        engine = engine.or_else(|| detect(&lines).map(str::to_owned));
        let mut seen = false;
        for (number, line) in lines.iter().enumerate() {
            let state = if line.len() as u64 > limit("line_bytes", 64 << 10) {
                Err("MT0003")
            } else if number >= count {
                Err("MT0002")
            } else {
                Ok(())
            };
            seen |= page.line(engine.as_deref().unwrap_or_default(), trim(line), state, number + 1);
        }
        if !seen {
            page.problem("MT0010", 0, "");
        }
    }
    let report = page.report(engine.as_deref().unwrap_or_default());
    let listed = page.problems.len().min(limit("problems", 16) as usize);
    json!({
        "engine": engine,
        "report": report,
        "problems": page.problems[..listed],
        "unlisted": page.problems.len() - listed,
    })
}

fn detect(lines: &[&[u8]]) -> Option<&'static str> {
    let of = |line: &[u8]| ENGINES.iter().find(|engine| line.starts_with(engine.1.as_bytes())).map(|e| e.0);
    let found: Vec<&str> = lines.iter().filter_map(|line| of(trim(line))).collect();
    found.iter().find(|name| **name != "triton").or(found.first()).copied()
}

fn trim(mut bytes: &[u8]) -> &[u8] {
    while !bytes.is_empty() && is_blank(bytes[0]) {
        bytes = &bytes[1..];
    }
    while !bytes.is_empty() && is_blank(bytes[bytes.len() - 1]) {
        bytes = &bytes[..bytes.len() - 1];
    }
    bytes
}

#[derive(Default)]
struct Page<'o> {
    options: &'o Value,
    problems: Vec<(Refusal, usize, String)>,
    refused: BTreeSet<&'static str>,
    /// By quantity and labels.
    values: BTreeMap<&'static str, BTreeMap<Vec<Pair>, f64>>,
    /// Time, labels and line of the latest adapters.
    adapters: Option<(f64, Vec<Pair>, usize)>,
}

impl Page<'_> {
    fn problem(&mut self, code: Refusal, line: usize, series: &str) {
        self.problems.push((code, line, series.to_owned()));
    }

    fn line(&mut self, engine: &str, line: &[u8], state: Result<(), Refusal>, number: usize) -> bool {
        let end = line.iter().position(|byte| *byte == b'{' || is_blank(*byte)).unwrap_or(line.len());
        let name = &line[..end];
        let meanings = meanings(engine, name);
        if meanings.is_empty() {
            return false;
        }
        let name = String::from_utf8(name.to_vec()).unwrap();
        let read = state.and_then(|()| sample(&line[end..]).ok_or("MT0001"));
        let result = read.and_then(|(labels, value)| self.sample(engine, &labels, value, &meanings, number));
        let whole = match result {
            Err(code) => {
                self.problem(code, number, &name);
                meanings.iter().map(|meaning| meaning.1).collect()
            }
            Ok(refused) => refused
                .into_iter()
                .map(|(code, what)| {
                    self.problem(code, number, &name);
                    what
                })
                .collect::<Vec<_>>(),
        };
        self.refused.extend(whole);
        true
    }

    /// The single quantities of a good line that are refused, or the reason to refuse them all.
    fn sample(
        &mut self,
        engine: &str,
        labels: &[Pair],
        value: f64,
        meanings: &[(&'static str, &'static str)],
        number: usize,
    ) -> Result<Vec<(Refusal, &'static str)>, Refusal> {
        let (_, _, rank_label, copies) = *ENGINES.iter().find(|known| known.0 == engine).unwrap();
        let get =
            |name: &str| labels.iter().find(|label| label.0 == name.as_bytes()).map(|label| &label.1[..]);
        let rank = get(rank_label);
        let wanted = self.options["rank"].as_str().map(str::as_bytes);
        let of_rank = wanted.is_none() || rank == wanted;
        let mut refused = Vec::new();
        for (place, what) in meanings.iter().copied() {
            if place == "lora" {
                if of_rank || rank.is_none() {
                    if value.is_nan() {
                        return Err("MT0004");
                    }
                    if self.adapters.as_ref().is_none_or(|latest| latest.0 <= value) {
                        self.adapters = Some((value, labels.to_vec(), number));
                    }
                }
                continue;
            }
            if !of_rank {
                if ["shared_blocks", "lone_tokens"].contains(&what) {
                    self.refused.insert(what);
                }
                continue;
            }
            let mut apart = labels.to_vec();
            let mut value = value;
            if place == "queue" && get("priority").is_some_and(|priority| !priority.is_empty()) {
                continue;
            } else if let Some(choice) = place.strip_prefix("if:") {
                let (label, of) = choice.split_once('=').unwrap();
                if get(label) != Some(of.as_bytes()) {
                    continue;
                }
                apart.retain(|pair| pair.0 != label.as_bytes());
            } else if let Some(label) = place.strip_prefix("label:") {
                let Some(written) = get(label) else { continue };
                if [&b""[..], b"None", b"null"].contains(&written) {
                    continue;
                }
                apart.retain(|pair| pair.0 == rank_label.as_bytes());
                match std::str::from_utf8(written).ok().and_then(|text| text.parse().ok()) {
                    Some(number) => value = number,
                    None => {
                        refused.push(("MT0001", what));
                        continue;
                    }
                }
            }
            if !place.starts_with("label:") {
                apart.retain(|pair| !copies.iter().any(|copy| copy.as_bytes() == pair.0));
            }
            apart.sort();
            if let Err(code) = check(what, value) {
                refused.push((code, what));
                continue;
            }
            let all: BTreeSet<&Vec<Pair>> = self.values.values().flat_map(BTreeMap::keys).collect();
            if !all.contains(&apart) && all.len() == 128 {
                refused.push(("MT0007", what));
                continue;
            }
            let cell = self.values.entry(what).or_default().entry(apart).or_insert(value);
            if value > *cell {
                *cell = value;
            }
        }
        Ok(refused)
    }

    fn total(&mut self, what: &'static str, field: &str) -> Option<f64> {
        let values: Vec<f64> = self.values.get(what)?.values().copied().collect();
        if self.refused.contains(what) || what == "lone_tokens" && values.len() > 1 {
            return None;
        }
        let sum: f64 = values.iter().sum();
        let value = match what {
            "kv_usage" | "former" => sum / values.len() as f64,
            "block_size" | "shared_blocks" => values.into_iter().fold(0.0, f64::max),
            _ => sum,
        };
        if check(what, value).is_err() {
            self.problem("MT0005", 0, field);
            return None;
        }
        Some(value)
    }

    fn report(&mut self, engine: &str) -> Value {
        let mut report = Map::new();
        let simple = "waiting running max_running block_size blocks kv_tokens prompt_tokens generation_tokens \
                      prefix_queries prefix_hits preemptions";
        for field in simple.split_ascii_whitespace() {
            let value = self.total(field, field).or_else(|| match field {
                "blocks" => self.total("shared_blocks", field),
                "kv_tokens" => self.total("lone_tokens", field),
                _ => None,
            });
            if let Some(value) = value {
                report.insert(field.to_owned(), json!(value as u64));
            }
        }
        let misses = self.total("prefix_misses", "prefix_queries").map(|value| value as u64);
        let number = |report: &Map<String, Value>, field: &str| report.get(field).and_then(Value::as_u64);
        let hits = number(&report, "prefix_hits");
        let queries = match engine {
            "sglang" => hits.and(number(&report, "prompt_tokens")),
            "trtllm-serve" => hits.zip(misses).and_then(|(hits, misses)| hits.checked_add(misses)),
            _ => number(&report, "prefix_queries"),
        };
        if let Some(queries) = queries {
            report.insert("prefix_queries".to_owned(), json!(queries));
        }
        let mut usage = self.total("kv_usage", "kv_usage").or_else(|| self.total("former", "kv_usage"));
        if let (None, Some(blocks @ 1..)) = (usage, number(&report, "blocks")) {
            usage = self.total("used_blocks", "kv_usage").map(|used| used / blocks as f64);
        }
        if let Some(usage) = usage.filter(|usage| *usage <= 1.0) {
            report.insert("kv_usage".to_owned(), json!(usage + 0.0));
        }
        if let (Some((_, labels, line)), false) = (self.adapters.take(), self.refused.contains("lora")) {
            match lora(&labels, self.options["adapters"].as_u64().unwrap_or(1_024)) {
                Ok(lora) => _ = report.insert("lora".to_owned(), lora),
                Err(code) => self.problem(code, line, "vllm:lora_requests_info"),
            }
        }
        Value::Object(report)
    }
}

fn check(what: &str, value: f64) -> Result<(), Refusal> {
    let of = |list: &str| list.split(' ').any(|name| name == what);
    let most = if of(COUNTS) {
        4_294_967_295.0
    } else if of(USAGES) {
        1.0
    } else {
        18_446_744_073_709_549_568.0
    };
    if value.is_nan() {
        Err("MT0004")
    } else if value < 0.0 || value > most {
        Err("MT0005")
    } else if !of(USAGES) && value.trunc() != value {
        Err("MT0006")
    } else {
        Ok(())
    }
}

fn lora(labels: &[Pair], limit: u64) -> Result<Value, Refusal> {
    let get =
        |name: &str| labels.iter().find(|label| label.0 == name.as_bytes()).map(|label| label.1.clone());
    let names = |bytes: Vec<u8>| -> Result<BTreeSet<String>, Refusal> {
        let text = String::from_utf8(bytes).map_err(|_| "MT0001")?;
        let names: Vec<String> = text
            .split(',')
            .map(|name| String::from_utf8(trim(name.as_bytes()).to_vec()).unwrap())
            .filter(|name| !name.is_empty())
            .collect();
        if names.len() as u64 > limit { Err("MT0008") } else { Ok(names.into_iter().collect()) }
    };
    let mut lora = json!({
        "active": names(get("running_lora_adapters").ok_or("MT0001")?)?,
        "waiting": names(get("waiting_lora_adapters").unwrap_or_default())?,
    });
    let max = String::from_utf8(get("max_lora").unwrap_or_default()).map_err(|_| "MT0001")?;
    if !max.is_empty() {
        let digits = max.chars().all(|char| char.is_ascii_digit());
        lora["max"] = json!(max.parse::<u32>().ok().filter(|_| digits).ok_or("MT0001")?);
    }
    Ok(lora)
}
