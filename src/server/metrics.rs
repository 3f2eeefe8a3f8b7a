//! Figures for Prometheus: how many requests of each operation came to what, and how long they took. Nothing of what a
//! request was about is in them.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::api::routes::ROUTES;

/// Upper bounds in microseconds.
const BOUNDS: [u64; 8] = [500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000];
/// Classes of status: 1xx to 5xx.
const CLASSES: usize = 5;

#[derive(Debug, Default)]
struct Operation {
    answers: [AtomicU64; CLASSES],
    /// One for each bound and one for what took longer.
    times: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

#[derive(Debug)]
pub struct Metrics {
    operations: Vec<Operation>,
    /// Requests for paths that there are none of.
    strange: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            operations: ROUTES.iter().map(|_| Operation::default()).collect(),
            strange: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// `operation`: the place in the table of routes.
    pub fn count(&self, operation: Option<usize>, status: u16, took: Duration) {
        let Some(operation) = operation.and_then(|at| self.operations.get(at)) else {
            self.strange.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let class = usize::from(status / 100).clamp(1, CLASSES) - 1;
        operation.answers[class].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bound = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        operation.times[bound].fetch_add(1, Ordering::Relaxed);
        operation.microseconds.fetch_add(micros, Ordering::Relaxed);
    }

    /// The text that Prometheus reads. `head`: the last number of the log.
    pub fn text(&self, head: i64, store_answers: bool) -> String {
        let mut text = String::new();
        self.write(&mut text, head, store_answers).unwrap_or_default();
        text
    }

    fn write(&self, text: &mut String, head: i64, store_answers: bool) -> std::fmt::Result {
        writeln!(text, "# TYPE rexian_requests_total counter")?;
        for (route, operation) in ROUTES.iter().zip(&self.operations) {
            for (class, count) in operation.answers.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let (id, class) = (route.id, class + 1);
                    writeln!(
                        text,
                        "rexian_requests_total{{operation=\"{id}\",status=\"{class}xx\"}} {count}"
                    )?;
                }
            }
        }
        writeln!(
            text,
            "rexian_requests_total{{operation=\"none\",status=\"4xx\"}} {}",
            self.strange.load(Ordering::Relaxed)
        )?;
        writeln!(text, "# TYPE rexian_request_seconds histogram")?;
        for (route, operation) in ROUTES.iter().zip(&self.operations) {
            let id = route.id;
            let mut so_far = 0;
            for (at, count) in operation.times.iter().enumerate() {
                so_far += count.load(Ordering::Relaxed);
                let bound = BOUNDS
                    .get(at)
                    .map_or_else(|| "+Inf".to_owned(), |bound| seconds(*bound));
                writeln!(
                    text,
                    "rexian_request_seconds_bucket{{operation=\"{id}\",le=\"{bound}\"}} {so_far}"
                )?;
            }
            let sum = seconds(operation.microseconds.load(Ordering::Relaxed));
            writeln!(text, "rexian_request_seconds_sum{{operation=\"{id}\"}} {sum}")?;
            writeln!(text, "rexian_request_seconds_count{{operation=\"{id}\"}} {so_far}")?;
        }
        writeln!(text, "# TYPE rexian_log_head gauge\nrexian_log_head {head}")?;
        writeln!(
            text,
            "# TYPE rexian_store_up gauge\nrexian_store_up {}",
            u8::from(store_answers)
        )
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_operation_and_class_of_status() {
        let metrics = Metrics::default();
        metrics.count(Some(0), 422, Duration::from_micros(700));
        metrics.count(None, 404, Duration::ZERO);
        let text = metrics.text(7, true);
        assert!(
            text.contains("rexian_requests_total{operation=\"login\",status=\"4xx\"} 1"),
            "{text}"
        );
        assert!(
            text.contains("rexian_request_seconds_bucket{operation=\"login\",le=\"0.001000\"} 1"),
            "{text}"
        );
        assert!(
            text.contains("rexian_request_seconds_bucket{operation=\"login\",le=\"0.000500\"} 0"),
            "{text}"
        );
        assert!(text.contains("rexian_log_head 7"), "{text}");
    }
}
