//! An SMTP client that comes from an address of its choice.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddrV4, TcpStream},
    time::Duration,
};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use super::scrubbed;

/// One connection: who connects, and what is said on it.
pub struct Session {
    /// The client's address.
    pub from: Ipv4Addr,
    /// What it shows.
    pub what: &'static str,
    /// Commands, in order. A line `DATA` is followed by the message, given as one entry that ends with `\n.`.
    pub says: Vec<String>,
}

/// Holds the session with the daemon at `server`: what was said, with every reply.
pub fn run(session: &Session, server: Ipv4Addr) -> io::Result<String> {
    let stream = open(session.from, server)?;
    let mut replies = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut text = reply(&mut replies)?;
    for command in &session.says {
        if command.contains('\n') {
            text += "C: (message)\n";
        } else {
            text += &format!("C: {command}\n");
        }
        let sent = stream.write_all(format!("{}\r\n", command.replace('\n', "\r\n")).as_bytes());
        match sent.and_then(|()| reply(&mut replies)) {
            Ok(answer) => text += &answer,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::Error::other(format!(
                    "{}: no reply to {command:?}; before that:\n{text}",
                    session.from
                )));
            }
            Err(_) => {
                text += "(closed)\n";
                break;
            }
        }
    }
    Ok(text)
}

fn open(from: Ipv4Addr, to: Ipv4Addr) -> io::Result<TcpStream> {
    let fd = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&fd, &SocketAddrV4::new(from, 0))?;
    connect(&fd, &SocketAddrV4::new(to, 25))?;
    let stream = TcpStream::from(fd);
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// One reply, of one line or several.
fn reply(replies: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if replies.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // Which mechanisms there are is a matter of the machine's SASL library.
        if !line.starts_with("250-AUTH ") {
            text += &format!("S: {}\n", scrubbed(line.trim_end()));
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(text);
        }
    }
}
