//! The counts of all bodies, each beside that of a flat one.

use std::fmt::Write as _;

use super::bounds::{Bound, bound};

/// What one body takes.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The case's name.
    pub name: String,
    /// The name of the flat body that it is compared with; its own if that is with no other.
    pub baseline: String,
    /// Sizes in rising order, and the instructions at each.
    pub counts: Vec<(usize, u64)>,
}

/// The costs of bodies, and those that take more than they may.
#[derive(Clone, Debug, Default)]
pub struct Table {
    costs: Vec<Cost>,
    beyond: Vec<String>,
}

impl Cost {
    fn per_byte(&self) -> impl Iterator<Item = (usize, f64)> {
        self.counts.iter().map(|&(size, count)| (size, count as f64 / size as f64))
    }

    /// Returns by how much the instructions for a byte grow from the smallest size to the largest.
    fn growth(&self) -> Option<f64> {
        let mut each = self.per_byte().map(|(_, count)| count);
        let small = each.next()?;
        Some(each.last()? / small)
    }

    /// Returns the most that it takes at any size, in multiples of the flat body of that size.
    fn of(&self, flat: &Self) -> Option<f64> {
        let ratio = |(size, count): (usize, f64)| {
            let flat = flat.per_byte().find(|(other, _)| *other == size)?.1;
            Some(count / flat)
        };
        self.per_byte().map(ratio).try_fold(0.0, |most, ratio| Some(ratio?.max(most)))
    }
}

impl Table {
    /// Adds what a body takes, after the flat one that it is compared with. Returns its line:
    /// instructions per byte at each size, the most in multiples of the flat body, and the growth.
    pub fn add(&mut self, cost: Cost) -> String {
        self.judge(cost, bound)
    }

    /// Returns the lines of the bodies that take more than they may.
    #[must_use]
    pub fn beyond(&self) -> &[String] {
        &self.beyond
    }

    /// Returns how many bodies were counted.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.costs.len()
    }

    fn judge(&mut self, cost: Cost, bound: impl Fn(&str) -> Bound) -> String {
        let bound = bound(&cost.name);
        self.costs.push(cost.clone());
        let flat = self.costs.iter().find(|other| other.name == cost.baseline);
        let of_flat = flat.and_then(|flat| cost.of(flat));
        let growth = cost.growth();
        let mut line = format!("{:64}", cost.name);
        for (_, count) in cost.per_byte() {
            let _ = write!(line, "{count:9.2}");
        }
        let mut fault = false;
        match of_flat {
            Some(ratio) => {
                let _ = write!(line, "  {ratio:.2} of flat");
                if ratio > bound.of_flat {
                    fault = true;
                    let _ = write!(line, " (MORE THAN {:.2})", bound.of_flat);
                }
            }
            None => {
                fault = true;
                let _ = write!(line, "  NOT COMPARED: `{}` was not counted", cost.baseline);
            }
        }
        match growth {
            Some(growth) => {
                let _ = write!(line, ", growth {growth:.2}");
                if growth > bound.growth {
                    fault = true;
                    let _ = write!(line, " (MORE THAN {:.2})", bound.growth);
                }
            }
            None => {
                fault = true;
                line.push_str(", GROWTH UNKNOWN: counted at one size");
            }
        }
        if !bound.reason.is_empty() {
            let _ = write!(line, "; {}", bound.reason);
        }
        if fault {
            self.beyond.push(line.clone());
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(name: &str, baseline: &str, per_byte: &[u64]) -> Cost {
        let sizes = super::super::SIZES.iter();
        let counts = sizes.zip(per_byte).map(|(size, each)| (*size, each * *size as u64)).collect();
        Cost { name: name.to_owned(), baseline: baseline.to_owned(), counts }
    }

    #[test]
    fn what_costs_more_or_grows_is_beyond_its_bounds() {
        let usual = bound("any other");
        let own = Bound { of_flat: 4.0, growth: 2.0, reason: "sorted", ..usual };
        let cases: [(&[u64], bool, bool); 12] = [
            (&[20, 20, 20], true, true),
            (&[60, 60, 60], true, true),
            (&[60, 61, 60], false, true),
            (&[61, 60, 60], false, true),
            (&[80, 80, 80], false, true),
            (&[81, 80, 80], false, false),
            (&[20, 20, 30], true, true),
            (&[20, 30], true, true),
            (&[20, 31], false, true),
            (&[20, 20, 31], false, true),
            (&[20, 20, 41], false, false),
            (&[20], false, false),
        ];
        for (per_byte, within_usual, within_own) in cases {
            for (bound, within) in [(usual, within_usual), (own, within_own)] {
                let mut table = Table::default();
                table.add(cost("flat", "flat", &[20, 20, 20]));
                let line = table.judge(cost("body", "flat", per_byte), |_| bound);
                assert_eq!(table.beyond().is_empty(), within, "{line}");
                assert_eq!(line.contains("sorted"), !bound.reason.is_empty(), "{line}");
            }
        }
    }

    #[test]
    fn a_body_without_a_flat_one_is_beyond_its_bounds() {
        for flat in [cost("other", "other", &[20, 20, 20]), cost("flat", "flat", &[20, 20])] {
            let mut table = Table::default();
            table.add(flat);
            let line = table.add(cost("body", "flat", &[20, 20, 20]));
            assert_eq!(table.beyond(), [line]);
            assert_eq!(table.counted(), 2);
        }
    }

    #[test]
    fn a_flat_body_that_grows_is_beyond_its_bounds() {
        let mut table = Table::default();
        table.add(cost("flat", "flat", &[20, 20, 31]));
        assert_eq!(table.beyond().len(), 1);
    }
}
