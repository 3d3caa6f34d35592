//! What a value is: the check digits and calendar rules of identity numbers, by name.
