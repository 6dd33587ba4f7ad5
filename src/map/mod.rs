//! Key-value map files, read and written without any C library.
