//! Many servers in one process: alone in this file, because they take most of the file descriptors that a process may have.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use standin::{MockServer, kayle};

const REQUEST: &[u8] = b"GET /v1/webhooks/endpoints?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n";

#[test]
fn a_thousand_servers_work_in_one_process() {
    // Most systems allow 1024 file descriptors to a process; each server has one, and one more while it is asked.
    let servers: Vec<MockServer> = (0..1000).filter_map(|_| kayle::builder().try_start().ok()).collect();
    assert!(servers.len() > 900, "only {} servers could be started", servers.len());
    for (number, api) in servers.iter().enumerate() {
        let mut client = TcpStream::connect(api.addr()).unwrap();
        client.write_all(REQUEST).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{number}: {answer}");
        api.calls().only();
    }
}
