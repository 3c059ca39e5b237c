//! However a request ends, it ends in one exchange; over real sockets, HTTP/1.1 and HTTP/2.

mod case;
mod dropped;
mod grpc;
mod keep_alive;
mod matrix;
mod order;
mod raw;
mod run;
mod time;
mod upgrade;
