//! As much of an HTTP client as tests need: one request a connection, read to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer, or its beginning.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    reader: BufReader<TcpStream>,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The next piece of a chunked body as it arrives; `None` at its end.
    pub(crate) fn piece(&mut self) -> Option<Vec<u8>> {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        let size =
            usize::from_str_radix(line.trim(), 16).unwrap_or_else(|_| panic!("`{line}` is no chunk size"));
        let mut piece = vec![0; size + 2];
        self.reader.read_exact(&mut piece).unwrap();
        piece.truncate(size);
        (size > 0).then_some(piece)
    }

    /// The rest of the body.
    pub(crate) fn text(mut self) -> String {
        let mut body = Vec::new();
        if self.header("transfer-encoding") == Some("chunked") {
            while let Some(piece) = self.piece() {
                body.extend(piece);
            }
        } else {
            let length = self.header("content-length").map_or(u64::MAX, |length| length.parse().unwrap());
            self.reader.take(length).read_to_end(&mut body).unwrap();
        }
        String::from_utf8(body).unwrap()
    }

    /// The rest of the body as JSON.
    pub(crate) fn json(self) -> serde_json::Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

/// Sends a request and reads the head of the answer.
pub(crate) fn send(to: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let length = body.len().to_string();
    let mut all = vec![("connection", "close"), ("content-length", &length)];
    all.extend(headers);
    answer(open(to, method, path, &all, body))
}

/// Sends a request with these headers alone and does not wait for the answer.
pub(crate) fn open(to: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.set_nodelay(true).unwrap();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\n{headers}\r\n").into_bytes();
    request.extend(body);
    // A server that refuses a large body may close before it has all of it.
    _ = stream.write_all(&request);
    stream
}

/// Reads the head of an answer.
pub(crate) fn answer(stream: TcpStream) -> Answer {
    try_answer(stream).unwrap()
}

/// Reads the head of an answer, if the server gives one.
pub(crate) fn try_answer(stream: TcpStream) -> Option<Answer> {
    let mut reader = BufReader::new(stream);
    loop {
        let (status, headers) = head(&mut reader)?;
        if status != 100 {
            return Some(Answer { status, headers, reader });
        }
    }
}

fn head(reader: &mut BufReader<TcpStream>) -> Option<(u16, Vec<(String, String)>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let status = lines.first()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
    Some((status, headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()))
}
