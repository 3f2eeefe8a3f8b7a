//! Finding time, handler, basis, result, satisfaction … in a Chinese text.
