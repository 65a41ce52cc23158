//! Two programs run in turn: what their costs are to each other.

use super::call::Call;
use super::sample::Sample;

/// The samples of both, in pairs.
#[derive(Debug)]
pub struct Duel(Vec<(Sample, Sample)>);

impl Duel {
    /// Runs both once to warm up, then in turn.
    pub fn fight(ours: &Call, theirs: &Call, pairs: usize) -> Self {
        let pair = |_| (Sample::of(ours), Sample::of(theirs));
        Self((0..=pairs).map(pair).skip(1).collect())
    }

    /// Prints the medians of the ratios, and those of both.
    pub fn print(&self, against: &str) {
        let wall = |sample: &Sample| sample.wall;
        let cpu = |sample: &Sample| sample.cpu;
        let peak = |sample: &Sample| sample.peak / f64::from(1 << 20);
        println!("against {against}, {} pairs:", self.0.len());
        println!("  wall {}", self.row(wall, 1e3, "ms"));
        println!("  CPU  {}", self.row(cpu, 1e3, "ms"));
        println!("  peak {}", self.row(peak, 1.0, "MiB"));
    }

    fn row(&self, what: impl Fn(&Sample) -> f64, unit: f64, name: &str) -> String {
        let ratio = median(self.0.iter().map(|(ours, theirs)| what(ours) / what(theirs)));
        let ours = median(self.0.iter().map(|(ours, _)| what(ours))) * unit;
        let theirs = median(self.0.iter().map(|(_, theirs)| what(theirs))) * unit;
        format!("{ratio:7.3} x   ({ours:.1} against {theirs:.1} {name})")
    }
}

/// The middle one.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
