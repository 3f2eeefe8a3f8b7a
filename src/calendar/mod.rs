//! Working days, working hours and what a period comes to on a real calendar.
