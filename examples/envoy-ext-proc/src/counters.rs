//! What `/metrics` of the picker itself says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;

/// Counters, each as often as it was counted, by name and labels.
#[derive(Default)]
pub(crate) struct Counters(Mutex<BTreeMap<(&'static str, String), u64>>);

impl Counters {
    /// A request got its endpoints.
    pub(crate) fn picked(&self, route: &str, rule: &str) {
        self.count("picker_picked_total", &[("route", route), ("rule", rule)]);
    }

    /// A request got an answer of the picker itself.
    pub(crate) fn refused(&self, reason: &str) {
        self.count("picker_refused_total", &[("reason", reason)]);
    }

    /// The gateway tried an endpoint that did not answer.
    pub(crate) fn fell_back(&self) {
        self.count("picker_fallen_back_total", &[]);
    }

    /// A file changed, and was loaded or was wrong.
    pub(crate) fn reloaded(&self, is_loaded: bool) {
        self.count(if is_loaded { "picker_reloads_total" } else { "picker_failed_reloads_total" }, &[]);
    }

    fn count(&self, name: &'static str, labels: &[(&str, &str)]) {
        let mut text = String::new();
        for (label, value) in labels {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let separator = if text.is_empty() { "{" } else { "," };
            text += &format!("{separator}{label}=\"{value}\"");
        }
        text.push_str(if labels.is_empty() { "" } else { "}" });
        *self.0.lock().unwrap().entry((name, text)).or_default() += 1;
    }

    /// All of them in Prometheus' format.
    pub(crate) fn page(&self) -> String {
        let (mut page, mut last) = (String::new(), "");
        for ((name, labels), count) in &*self.0.lock().unwrap() {
            if std::mem::replace(&mut last, name) != *name {
                let _ = writeln!(page, "# TYPE {name} counter");
            }
            let _ = writeln!(page, "{name}{labels} {count}");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_each_counter_once() {
        let counters = Counters::default();
        counters.picked("default/chat", "a \"b\"");
        counters.picked("default/chat", "a \"b\"");
        counters.picked("default/chat", "");
        counters.fell_back();
        let expected = r#"# TYPE picker_fallen_back_total counter
picker_fallen_back_total 1
# TYPE picker_picked_total counter
picker_picked_total{route="default/chat",rule=""} 1
picker_picked_total{route="default/chat",rule="a \"b\""} 2
"#;
        assert_eq!(counters.page(), expected);
    }
}
