/// The values of a match's parameters: stored inline for as many as paths have in practice, so that
/// routing does not allocate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values<'p> {
    first: [&'p str; 4],
    len: usize,
    more: Vec<&'p str>,
}

impl<'p> Values<'p> {
    pub(super) fn push(&mut self, value: &'p str) {
        match self.first.get_mut(self.len) {
            Some(place) => *place = value,
            None => self.more.push(value),
        }
        self.len += 1;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'p str> {
        self.first.iter().chain(&self.more).take(self.len).copied()
    }
}
