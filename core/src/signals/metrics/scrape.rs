//! The pass over a metrics page.

use super::engine::Engine;
use super::fraction::Fraction;
use super::labels::{LabelValue, Labels};
use super::line::{Line, lines, name, sample, trim_start};
use super::lora::Latest;
use super::options::ScrapeOptions;
use super::problem::{MetricsCode, MetricsProblem, Problems};
use super::quantity::Quantity;
use super::report::LoadReport;
use super::series::{Meaning, Series};
use super::table::Table;

/// What a metrics page says, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scrape {
    /// The load. A value that could not be read with certainty is `None`.
    pub report: LoadReport,
    /// The engine whose series were read; `None` where the text has none that is known.
    pub engine: Option<Engine>,
    /// What is wrong, in the order of the text; at most as many as [`ScrapeOptions::problems`] says.
    pub problems: Vec<MetricsProblem>,
    /// How many more problems there are.
    pub unlisted: usize,
}

impl LoadReport {
    /// Reads a model server's metrics page, Prometheus or OpenMetrics text.
    ///
    /// Several series of one name, as data-parallel ranks have them, become one value: counts are added, the usage of caches is averaged. Problems
    /// never stop the reading; a value that they touch is `None`, not a partial sum.
    ///
    /// ```
    /// use inferroute::{Engine, LoadReport, ScrapeOptions};
    ///
    /// let text = "\
    /// vllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} 2.0
    /// vllm:num_requests_waiting{engine=\"1\",model_name=\"m\"} 1.0
    /// vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.5
    /// vllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"} NaN
    /// ";
    /// let scrape = LoadReport::from_prometheus(text, &ScrapeOptions::default());
    /// assert_eq!((scrape.engine, scrape.report.waiting), (Some(Engine::Vllm), Some(3)));
    /// assert_eq!(scrape.report.kv_usage, None);
    /// assert_eq!(scrape.problems[0].to_string(), "MT0004 line 4 vllm:kv_cache_usage_perc: the server reports NaN");
    /// ```
    ///
    /// # Cost
    ///
    /// Linear in the bytes, whatever they are: most lines are passed over by their names. Allocates for the names of LoRA adapters and for problems,
    /// otherwise not at all; uses about 20 KiB of stack.
    pub fn from_prometheus(text: impl AsRef<[u8]>, options: &ScrapeOptions) -> Scrape {
        let text = text.as_ref();
        let mut problems = Problems::new(text, options.problems);
        let mut scrape = Scrape { engine: options.engine, ..Scrape::default() };
        if text.len() > options.text_bytes {
            problems.overall(MetricsCode::TextTooLong, "");
        } else {
            scrape.engine = scrape.engine.or_else(|| Engine::detect(text));
            let seen = match scrape.engine {
                Some(engine) => {
                    let mut reader = Reader {
                        engine,
                        options,
                        problems: &mut problems,
                        table: Table::new(),
                        latest: None,
                    };
                    let seen = reader.read(text);
                    scrape.report = reader.report();
                    seen
                }
                None => false,
            };
            if !seen {
                problems.overall(MetricsCode::NoSeries, "");
            }
        }
        scrape.unlisted = problems.unlisted;
        scrape.problems = problems.listed;
        scrape
    }
}

/// One text being read.
struct Reader<'r, 't> {
    engine: Engine,
    options: &'r ScrapeOptions,
    problems: &'r mut Problems<'t>,
    table: Table,
    latest: Option<Latest<'t>>,
}

impl<'t> Reader<'_, 't> {
    /// Reads all lines; tells whether there was a series that is known.
    fn read(&mut self, text: &'t [u8]) -> bool {
        let (prefix, known) = (self.engine.prefix(), self.engine.series());
        let mut seen = false;
        for line in lines(text) {
            let bytes = trim_start(line.bytes);
            if !bytes.starts_with(prefix) {
                continue;
            }
            let (name, rest) = name(bytes);
            let Some(series) = known.iter().find(|series| series.name.as_bytes() == name) else { continue };
            seen = true;
            if let Err(code) = self.line(&line, rest, series) {
                self.refuse(code, line.at, series.name, series.meaning.quantities());
            }
        }
        seen
    }

    fn refuse(&mut self, code: MetricsCode, at: usize, series: &'static str, quantities: u32) {
        self.problems.at(code, at, series);
        self.table.refuse(quantities);
    }

    /// One line of a known series; an error refuses everything that the series may tell.
    fn line(&mut self, line: &Line<'t>, rest: &'t [u8], series: &Series) -> Result<(), MetricsCode> {
        if line.bytes.len() > self.options.line_bytes {
            return Err(MetricsCode::LineTooLong);
        }
        if !line.whole {
            return Err(MetricsCode::Torn);
        }
        let (labels, value) = sample(rest).ok_or(MetricsCode::Malformed)?;
        let other_rank = self.other_rank(labels, matches!(series.meaning, Meaning::Adapters));
        match series.meaning {
            Meaning::Labels(of) if other_rank => {
                // What every rank tells of all ranks is not known of one, where there are several.
                let shared =
                    |quantity: &Quantity| matches!(quantity, Quantity::SharedBlocks | Quantity::LoneKvTokens);
                let of = of.iter().map(|(_, quantity)| *quantity).filter(shared);
                self.table.refuse(of.fold(0, |bits, quantity| bits | quantity.bit()));
                Ok(())
            }
            _ if other_rank => Ok(()),
            Meaning::Value(quantity) => self.add(labels, quantity, value, None),
            Meaning::Queue(quantity) => match labels.get("priority") {
                Some(priority) if !priority.raw().is_empty() => Ok(()),
                _ => self.add(labels, quantity, value, None),
            },
            Meaning::Chosen { label, of } => {
                let Some(what) = labels.get(label) else { return Ok(()) };
                let Some((_, quantity)) = of.iter().find(|(text, _)| what.is(text)) else { return Ok(()) };
                match self.add(labels, *quantity, value, Some(label)) {
                    // The line tells of one quantity; the others stay known.
                    Err(code) => {
                        self.refuse(code, line.at, series.name, quantity.bit());
                        Ok(())
                    }
                    Ok(()) => Ok(()),
                }
            }
            Meaning::Labels(of) => {
                for (label, quantity) in of {
                    if let Err(code) = self.add_label(labels, label, *quantity) {
                        self.refuse(code, line.at, series.name, quantity.bit());
                    }
                }
                Ok(())
            }
            Meaning::Adapters if value.is_nan() => Err(MetricsCode::NotANumber),
            Meaning::Adapters => {
                self.latest = Some(Latest { labels, time: value, at: line.at }.or_later(self.latest));
                Ok(())
            }
        }
    }

    /// Whether a series is not of the rank that was asked for; `unlabelled` ones are, where that is true.
    fn other_rank(&self, labels: Labels<'_>, unlabelled: bool) -> bool {
        let Some(wanted) = &self.options.rank else { return false };
        match self.engine.rank_label().and_then(|label| labels.get(label)) {
            Some(rank) => !rank.is(wanted),
            None => !unlabelled,
        }
    }

    /// Adds a value; the label `but` does not tell its series from others.
    fn add(
        &mut self,
        labels: Labels<'_>,
        quantity: Quantity,
        value: f64,
        but: Option<&str>,
    ) -> Result<(), MetricsCode> {
        let value = quantity.check(value)?;
        let copies = self.engine.copy_labels();
        let counts = |name: &[u8]| !copies.iter().chain(but.as_ref()).any(|copy| copy.as_bytes() == name);
        self.table.add(labels.key(counts), quantity, value).map_err(|_| MetricsCode::TooManySeries)
    }

    /// Adds the number in a label.
    fn add_label(&mut self, labels: Labels<'_>, label: &str, quantity: Quantity) -> Result<(), MetricsCode> {
        let Some(raw) = labels.get(label).map(LabelValue::raw) else { return Ok(()) };
        if matches!(raw, b"" | b"None" | b"null") {
            return Ok(());
        }
        let number = std::str::from_utf8(raw).ok().and_then(|text| text.parse().ok());
        let value = quantity.check(number.ok_or(MetricsCode::Malformed)?)?;
        let rank = self.engine.rank_label();
        let counts = |name: &[u8]| rank.is_some_and(|rank| rank.as_bytes() == name);
        self.table.add(labels.key(counts), quantity, value).map_err(|_| MetricsCode::TooManySeries)
    }

    /// The sum or mean of a quantity; a sum may be too large though its parts are not.
    fn total(&mut self, quantity: Quantity) -> Option<f64> {
        let value = self.table.get(quantity)?;
        if quantity.check(value).is_err() {
            self.problems.overall(MetricsCode::OutOfRange, quantity.as_str());
            return None;
        }
        Some(value)
    }

    fn count(&mut self, quantity: Quantity) -> Option<u32> {
        self.total(quantity).map(|value| {
            #[expect(clippy::as_conversions, reason = "whole and below 2^32, as the check of its range says")]
            {
                value as u32
            }
        })
    }

    fn whole(&mut self, quantity: Quantity) -> Option<u64> {
        self.total(quantity).map(|value| {
            #[expect(clippy::as_conversions, reason = "whole and below 2^64, as the check of its range says")]
            {
                value as u64
            }
        })
    }

    fn report(&mut self) -> LoadReport {
        use Quantity::*;
        let mut report = LoadReport {
            waiting: self.count(Waiting),
            running: self.count(Running),
            max_running: self.count(MaxRunning),
            kv_usage: None,
            block_size: self.count(BlockSize),
            blocks: self.count(Blocks).or_else(|| self.count(SharedBlocks)),
            kv_tokens: self.whole(KvTokens).or_else(|| self.whole(LoneKvTokens)),
            prompt_tokens: self.whole(PromptTokens),
            generation_tokens: self.whole(GenerationTokens),
            prefix_queries: self.whole(PrefixQueries),
            prefix_hits: self.whole(PrefixHits),
            preemptions: self.whole(Preemptions),
            lora: None,
        };
        let misses = self.whole(PrefixMisses);
        report.prefix_queries = match self.engine {
            Engine::Sglang => report.prompt_tokens.filter(|_| report.prefix_hits.is_some()),
            Engine::TrtLlm => misses.and_then(|misses| report.prefix_hits?.checked_add(misses)),
            _ => report.prefix_queries,
        };
        let usage = self.total(KvUsage).or_else(|| self.total(FormerKvUsage));
        report.kv_usage = usage.or_else(|| self.used_blocks(report.blocks)).and_then(Fraction::new);
        report.lora = self.latest.filter(|_| !self.table.is_refused(Lora)).and_then(|latest| {
            let found = latest.report(self.options.adapters);
            found.map_err(|code| self.problems.at(code, latest.at, "vllm:lora_requests_info")).ok()
        });
        report
    }

    /// The usage by the number of used blocks, for servers that do not tell the fraction.
    fn used_blocks(&mut self, blocks: Option<u32>) -> Option<f64> {
        let blocks = blocks.filter(|blocks| *blocks > 0)?;
        Some(self.total(Quantity::UsedBlocks)? / f64::from(blocks))
    }
}
