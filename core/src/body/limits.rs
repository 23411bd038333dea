//! How much of a body is read before it is refused.

/// The most a body may hold. Whatever a body says, reading it costs time linear in its bytes and no memory of its size.
///
/// ```
/// use inferroute::BodyLimits;
///
/// let audio = BodyLimits::default().bytes(25 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    pub(super) bytes: usize,
    pub(super) depth: u32,
    pub(super) parts: usize,
    pub(super) part_header: usize,
}

impl Default for BodyLimits {
    /// 10 MiB, 128 levels, 64 parts with 8 KiB of headers each.
    fn default() -> Self {
        Self { bytes: 10 << 20, depth: DEEPEST, parts: 64, part_header: 8 << 10 }
    }
}

/// One bit a level, see `scan.rs`.
const DEEPEST: u32 = 128;

impl BodyLimits {
    /// The most bytes of a body.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// The most objects and arrays inside each other, the outermost counted. 128 is the highest; more counts as 128.
    #[must_use]
    pub const fn depth(mut self, depth: u32) -> Self {
        self.depth = if depth < DEEPEST { depth } else { DEEPEST };
        self
    }

    /// The most parts of a form.
    #[must_use]
    pub const fn parts(mut self, parts: usize) -> Self {
        self.parts = parts;
        self
    }

    /// The most bytes of headers in each part of a form.
    #[must_use]
    pub const fn part_header(mut self, bytes: usize) -> Self {
        self.part_header = bytes;
        self
    }
}
