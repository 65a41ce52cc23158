//! The parts of Python's standard library that read URLs: what `urllib.parse` and `int` do, on bytes.
//!
//! The rules are those of Python from 3.11.4 on. Its later releases (3.11.12, 3.12.9, 3.13.2) also refuse a bracketed address that
//! does not stand where the host does, as in `x[::1]y`. Text that is not UTF-8 passes through, as Python's surrogates would.

pub mod netloc;
pub mod number;
pub mod query;
pub mod quoting;
pub mod split;

use std::borrow::Cow;

/// Why Python's library refuses; all of them are a `ValueError`. Texts that may hold a piece of a password are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError(pub Cow<'static, str>);

impl ValueError {
    pub(super) const fn new(words: &'static str) -> Self {
        Self(Cow::Borrowed(words))
    }
}
