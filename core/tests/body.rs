//! Bodies are read to the letter: facts, prompts, places of errors; and as serde_json reads them.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::type_complexity,
    reason = "a test fails by panicking"
)]

#[path = "reference/body.rs"]
mod oracle;
#[path = "reference/rewrite.rs"]
mod rewriting;

use std::ops::ControlFlow;
use std::sync::LazyLock;

use inferroute::{Body, BodyCode, BodyError, BodyFormat, BodyLimits, Decision, PieceKind, PromptField};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

fn read<'t>(text: &'t str, format: BodyFormat<'_>) -> Body<'t> {
    Body::read(text.as_bytes(), format, &BodyLimits::default()).unwrap()
}

fn refused(bytes: impl AsRef<[u8]>) -> BodyError {
    Body::read(bytes.as_ref(), BodyFormat::Chat, &BodyLimits::default()).unwrap_err()
}

fn stream(body: &Body<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = body.prompt_bytes(|chunk| {
        bytes.extend_from_slice(chunk);
        ControlFlow::<()>::Continue(())
    });
    bytes
}

fn pieces(body: &Body<'_>) -> Vec<(PieceKind, String)> {
    body.pieces().map(|piece| (piece.kind(), piece.to_text().into_owned())).collect()
}

use PieceKind::{Raw, Role, Text};

#[test]
fn tricky_bodies_name_their_model() {
    let table: &[(&str, Option<&str>)] = &[
        (r#"{}"#, None),
        (" \t\r\n{ } \n", None),
        (r#"{"model":"a"}"#, Some("a")),
        (r#"{"model":""}"#, Some("")),
        (r#"{"model":null}"#, None),
        (r#"{"model":"a","model":"b"}"#, Some("b")),
        (r#"{"model":1,"model":"b"}"#, Some("b")),
        (r#"{"model":"a","model":null}"#, None),
        (r#"{"Model":"a"}"#, None),
        (r#"{"model ":"a"}"#, None),
        (r#"{"mod\u0065l":"a"}"#, Some("a")),
        (r#"{"\u006d\u006f\u0064\u0065\u006C":"a"}"#, Some("a")),
        (r#"{"mod\\u0065l":"a"}"#, None),
        (r#"{"model":"a\/b\u00e9\ud83d\ude00\n\"\\"}"#, Some("a/bé😀\n\"\\")),
        (r#"{"model":"\u0000"}"#, Some("\0")),
        (r#"{"x":{"model":"inner"}}"#, None),
        (r#"{"x":[{"model":"inner"}],"model":"outer"}"#, Some("outer")),
        (r#"{"model":"outer","x":{"y":[[{"model":"inner"}]]}}"#, Some("outer")),
        (r#"{"x":"\"model\":\"inner\"","model":"outer"}"#, Some("outer")),
        (r#"{"x":"\\","model":"outer"}"#, Some("outer")),
        (r#"{"x":"}","model":"outer"}"#, Some("outer")),
        (r#"{"":0,"model":"a"}"#, Some("a")),
        ("{\n \"model\"\n :\n \"a\"\n ,\n \"x\"\n :\n -0.5e+10\n }\n", Some("a")),
        (r#"{"x":1e999,"model":"a"}"#, Some("a")),
        ("{\"model\":\"\u{feff}a\u{7f}\u{2028}\"}", Some("\u{feff}a\u{7f}\u{2028}")),
    ];
    for (text, model) in table {
        assert_eq!(read(text, BodyFormat::Chat).model(), *model, "{text}");
        let _ = oracle::compare(text.as_bytes());
    }
}

#[test]
fn tricky_bodies_are_refused_where_they_go_wrong() {
    use BodyCode::*;
    let table: &[(&[u8], BodyCode, usize)] = &[
        (b" ", Truncated, 1),
        (b"{", Truncated, 1),
        (b"{\"model\":\"a\"", Truncated, 12),
        (b"{\"model\":\"a", Truncated, 11),
        (b"{\"model\":\"a\\", Truncated, 12),
        (b"{\"model\":\"\\u00", Truncated, 14),
        (b"{\"a\":tr", Truncated, 7),
        (b"{\"a\":-", Truncated, 6),
        (b"{\"a\":1.", Truncated, 7),
        (b"{\"a\":\"\xc3", Truncated, 6),
        (b"{}x", Trailing, 2),
        (b"{} {}", Trailing, 3),
        (b"{}\0", Trailing, 2),
        (b"[1]", NotAnObject, 0),
        (b" \"model\"", NotAnObject, 1),
        (b"null", NotAnObject, 0),
        (b"[1", Truncated, 2),
        (b"\xef\xbb\xbf{}", ExpectedValue, 0),
        (b"model", ExpectedValue, 0),
        (b"{,}", ExpectedKey, 1),
        (b"{\"a\":1,}", ExpectedKey, 7),
        (b"{a:1}", ExpectedKey, 1),
        (b"{'a':1}", ExpectedKey, 1),
        (b"{\"a\"}", ExpectedColon, 4),
        (b"{\"a\" 1}", ExpectedColon, 5),
        (b"{\"a\":}", ExpectedValue, 5),
        (b"{\"a\":[1,]}", ExpectedValue, 8),
        (b"{\"a\":[,1]}", ExpectedValue, 6),
        (b"{\"a\":True}", ExpectedValue, 5),
        (b"{\"a\":nul}", ExpectedValue, 8),
        (b"{\"a\":NaN}", ExpectedValue, 5),
        (b"{\"a\":+1}", ExpectedValue, 5),
        (b"{\"a\":.5}", ExpectedValue, 5),
        (b"{\"a\":1 \"b\":2}", ExpectedCommaOrEnd, 7),
        (b"{\"a\":1]", ExpectedCommaOrEnd, 6),
        (b"{\"a\":[1}", ExpectedCommaOrEnd, 7),
        (b"{\"a\":0x1}", ExpectedCommaOrEnd, 6),
        (b"{\"a\":1/**/}", ExpectedCommaOrEnd, 6),
        (b"{\"a\":01}", BadNumber, 6),
        (b"{\"a\":-a}", BadNumber, 6),
        (b"{\"a\":1.e5}", BadNumber, 7),
        (b"{\"a\":1e}", BadNumber, 7),
        (b"{\"a\":1e+}", BadNumber, 8),
        (b"{\"a\":\"\n\"}", ControlCharacter, 6),
        (b"{\"a\":\"\x1f\"}", ControlCharacter, 6),
        (b"{\"a\":\"\0\"}", ControlCharacter, 6),
        (b"{\"a\n\":1}", ControlCharacter, 3),
        (b"{\"a\":\"\\x41\"}", BadEscape, 7),
        (b"{\"a\":\"\\u00g0\"}", BadEscape, 10),
        (b"{\"a\":\"\\U0041\"}", BadEscape, 7),
        (b"{\"a\":\"\\u+041\"}", BadEscape, 8),
        (b"{\"a\":\"\\ud800\"}", LoneSurrogate, 6),
        (b"{\"a\":\"\\udc00\"}", LoneSurrogate, 6),
        (b"{\"a\":\"\\ud800\\u0041\"}", LoneSurrogate, 6),
        (b"{\"a\":\"\\ud800\\ud800\"}", LoneSurrogate, 6),
        (b"{\"\\udfff\":1}", LoneSurrogate, 2),
        (b"{\"a\":\"\xff\"}", InvalidUtf8, 6),
        (b"{\"a\":\"\xc0\x80\"}", InvalidUtf8, 6),
        (b"{\"a\":\"\xed\xa0\x80\"}", InvalidUtf8, 6),
        (b"{\"model\":5}", ModelNotText, 9),
        (b"{\"model\":[\"a\"]}", ModelNotText, 9),
        (b"{\"model\":\"a\",\"model\":{}}", ModelNotText, 21),
    ];
    for (bytes, code, at) in table {
        let error = refused(bytes);
        assert_eq!((error.code(), error.byte()), (*code, *at), "{}", bytes.escape_ascii());
        assert_eq!(error.status(), 400);
        oracle::compare(bytes);
    }
}

#[test]
fn an_error_names_the_line_and_the_column_in_characters_and_no_content() {
    let error = refused("{\n  \"model\": \"é\",\n  \"ü\": secret}");
    assert_eq!((error.line(), error.column(), error.byte()), (3, 8, 27));
    assert_eq!(
        error.to_string(),
        "BD0001 in the body at line 3, column 8 (byte 27): a JSON value must stand here: an object, an array, a \
         string, a number, true, false or null"
    );
    let body = read(r#"{"model":"secret","user":"secret","messages":[{"role":"secret"}]}"#, BodyFormat::Chat);
    let shown = format!("{body:?} {:?} {:?}", body.pieces(), body.pieces().next().unwrap());
    let chunks = body.pieces().next().unwrap().chunks();
    assert!(!format!("{shown} {chunks:?} {:?}", chunks.clone().next()).contains("secret"), "{shown}");
}

#[test]
fn codes_are_unique_and_in_order() {
    let texts: Vec<_> = BodyCode::ALL.iter().map(|code| code.as_str()).collect();
    assert!(texts.is_sorted_by(|a, b| a < b), "{texts:?}");
}

#[test]
fn limits_refuse_what_goes_beyond_them() {
    let text = br#"{"a":[[1]]}"#;
    let code =
        |limits: BodyLimits| Body::read(text, BodyFormat::Chat, &limits).map(drop).map_err(|e| e.code());
    assert_eq!(code(BodyLimits::default().bytes(11).depth(3)), Ok(()));
    assert_eq!(code(BodyLimits::default().bytes(10)), Err(BodyCode::TooLarge));
    assert_eq!(code(BodyLimits::default().depth(2)), Err(BodyCode::TooDeep));
    assert_eq!(code(BodyLimits::default().depth(0)), Err(BodyCode::TooDeep));
    assert_eq!(BodyCode::TooLarge.status(), 413);
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(
        Body::read(nested(128).as_bytes(), BodyFormat::Chat, &BodyLimits::default().depth(9_999)).is_ok()
    );
    for (text, at) in [(nested(129), 132), ("{\"a\":".repeat(1 << 20), 640)] {
        let error = refused(&text);
        assert_eq!((error.code(), error.byte()), (BodyCode::TooDeep, at));
    }
    let objects = format!("{}1{}", "{\"a\":".repeat(128), "}".repeat(128));
    assert!(Body::read(objects.as_bytes(), BodyFormat::Json, &BodyLimits::default()).is_ok());
}

#[test]
fn an_empty_body_says_nothing_and_one_that_is_not_looked_at_neither() {
    for (bytes, format) in [(&b""[..], BodyFormat::Chat), (b"{oops", BodyFormat::None)] {
        let body = Body::read(bytes, format, &BodyLimits::default().bytes(0)).unwrap();
        assert_eq!((body.model(), body.stream(), body.max_tokens()), (None, None, None));
        assert_eq!(body.pieces().count() + body.prompt_fields().count(), 0);
    }
}

#[test]
fn facts_come_from_the_fields_of_the_format() {
    let text = r#"{"model":"m","stream":false,"max_tokens":1,"max_completion_tokens":2,"max_output_tokens":3,"user":"u",
        "cache_salt":"s\u0061lt","prompt_cache_key":"k","previous_response_id":"r","metadata":{"user_id":"x","user_id":"y"},
        "tools":[1],"system":"sys","instructions":"ins","messages":[],"prompt":"p","input":"in"}"#;
    use BodyFormat::{Chat, Completions, CountTokens, Embeddings, Json, Messages, Responses};
    use PromptField as F;
    let table: &[(BodyFormat<'_>, Option<u64>, Option<&str>, Option<&str>, &[F])] = &[
        (Chat, Some(2), Some("k"), None, &[F::Tools, F::Messages]),
        (Completions, Some(1), Some("k"), None, &[F::Prompt]),
        (Responses, Some(3), Some("k"), Some("r"), &[F::Tools, F::Instructions, F::Input]),
        (Embeddings, None, None, None, &[F::Input]),
        (Messages, Some(1), None, None, &[F::Tools, F::System, F::Messages]),
        (CountTokens, None, None, None, &[F::Tools, F::System, F::Messages]),
        (
            Json,
            Some(2),
            Some("k"),
            Some("r"),
            &[F::Tools, F::System, F::Instructions, F::Messages, F::Prompt, F::Input],
        ),
    ];
    for (format, tokens, key, response, fields) in table {
        let body = read(text, *format);
        assert_eq!((body.stream(), body.user(), body.cache_salt()), (Some(false), Some("u"), Some("salt")));
        assert_eq!(
            (body.max_tokens(), body.prompt_cache_key(), body.previous_response_id()),
            (*tokens, *key, *response),
            "{format:?}"
        );
        let found: Vec<_> = body.prompt_fields().map(|(field, _)| field).collect();
        assert_eq!(found, *fields, "{format:?}");
    }
    assert_eq!(read(r#"{"metadata":{"user_id":"x","user_id":"y"}}"#, Messages).user(), Some("y"));
    let odd =
        read(r#"{"stream":"true","max_tokens":1.5,"user":7,"cache_salt":null,"metadata":[]}"#, Messages);
    assert_eq!((odd.stream(), odd.max_tokens(), odd.user(), odd.cache_salt()), (None, None, None, None));
    for (number, value) in
        [("18446744073709551615", Some(u64::MAX)), ("18446744073709551616", None), ("-1", None)]
    {
        assert_eq!(read(&format!("{{\"max_tokens\":{number}}}"), Chat).max_tokens(), value);
    }
}

#[test]
fn paths_and_content_types_name_the_format() {
    use BodyFormat::{Chat, Completions, CountTokens, Embeddings, Json, Messages, Responses};
    let form = |boundary| BodyFormat::Multipart { boundary };
    let json = Some("application/json");
    let table: &[(&str, Option<&str>, BodyFormat<'_>)] = &[
        ("/v1/chat/completions", None, Chat),
        ("/v1/chat/completions?api-version=1", Some("text/plain"), Chat),
        ("/v1/completions", json, Completions),
        ("/v1/responses", json, Responses),
        ("/v1/responses/input_tokens", json, Responses),
        ("/v1/embeddings", json, Embeddings),
        ("/anthropic/v1/messages", json, Messages),
        ("/v1/messages/count_tokens", json, CountTokens),
        ("/anthropic/v1/messages/count_tokens", json, CountTokens),
        ("/v1/audio/speech", json, Json),
        ("/v1/images/generations", None, Json),
        ("/cohere/v2/rerank", None, Json),
        ("/tokenize", None, Json),
        ("/v1/models", json, BodyFormat::None),
        ("/v1/chat/completions/", None, BodyFormat::None),
        ("/V1/chat/completions", None, BodyFormat::None),
        ("/other", Some("Application/JSON ; charset=utf-8"), Json),
        ("/other", Some("application/vnd.x+json"), Json),
        ("/other", Some("application/jsonl"), BodyFormat::None),
        ("/other", Some("text/json"), BodyFormat::None),
        ("/v1/audio/transcriptions", Some("multipart/form-data; boundary=abc"), form("abc")),
        (
            "/v1/audio/transcriptions",
            Some("Multipart/Form-Data;charset=x; BOUNDARY=\"a c\" ; x=y"),
            form("a c"),
        ),
        (
            "/v1/audio/translations",
            Some("multipart/form-data; x=\"a;boundary=no\\\"\"; boundary=yes"),
            form("yes"),
        ),
        ("/v1/audio/translations", Some("multipart/form-data"), form("")),
        ("/v1/audio/translations", Some("multipart/form-data; boundary=\"open"), form("")),
        ("/v1/audio/translations", Some("multipart/form-data; boundary=\"a\\\"b\""), form("")),
        ("/v1/audio/translations", Some("multipart/form-data; boundary=\"a \""), form("")),
        ("/v1/chat/completions", Some("multipart/form-data; boundary=b"), form("b")),
    ];
    for (path, content_type, format) in table {
        assert_eq!(BodyFormat::of(path, *content_type), *format, "{path} {content_type:?}");
    }
    let long = format!("multipart/form-data; boundary={}", "b".repeat(71));
    assert_eq!(BodyFormat::of("/", Some(&long)), form(""));
}

#[test]
fn a_prompt_comes_in_the_order_of_rendering() {
    let body = read(
        r#"{"messages":[
            {"content":"first","role":"system"},
            {"role":"user","content":[{"type":"text","text":"look","cache_control":{"type":"ephemeral"}},
                {"type":"image_url","image_url":{"url":"data:x"}},"bare"]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},
            {"role":"tool","tool_call_id":"1","content":"tw\u006f"}],
            "tools":[{"type":"function"}]}"#,
        BodyFormat::Chat,
    );
    let expected = [
        (Raw, r#"[{"type":"function"}]"#),
        (Role, "system"),
        (Text, "first"),
        (Role, "user"),
        (Text, "look"),
        (Raw, r#"{"url":"data:x"}"#),
        (Text, "bare"),
        (Role, "assistant"),
        (Raw, r#"[{"id":"1"}]"#),
        (Role, "tool"),
        (Text, "1"),
        (Text, "two"),
    ];
    assert_eq!(pieces(&body), expected.map(|(kind, text)| (kind, text.to_owned())));
}

#[test]
fn prompts_of_every_shape_give_their_pieces() {
    use BodyFormat::{Completions, Embeddings, Messages, Responses};
    let table: &[(BodyFormat<'_>, &str, &[(PieceKind, &str)])] = &[
        (Completions, r#"{"prompt":"a"}"#, &[(Text, "a")]),
        (Completions, r#"{"prompt":["a","b"]}"#, &[(Text, "a"), (Text, "b")]),
        (Completions, r#"{"prompt":[1, 2]}"#, &[(Raw, "[1, 2]")]),
        (Completions, r#"{"prompt":[[1],[2]]}"#, &[(Raw, "[[1],[2]]")]),
        (Completions, r#"{"prompt":[]}"#, &[]),
        (Completions, r#"{"prompt":null}"#, &[]),
        (Completions, r#"{"prompt":""}"#, &[(Text, "")]),
        (Embeddings, r#"{"input":["a",[1]]}"#, &[(Text, "a"), (Raw, "[1]")]),
        (
            Responses,
            r#"{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},
                {"type":"function_call_output","call_id":"c","output":"o"}],"instructions":"i"}"#,
            &[(Text, "i"), (Role, "user"), (Text, "q"), (Text, "c"), (Text, "o")],
        ),
        (
            Messages,
            r#"{"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"tool_result",
                "tool_use_id":"t","content":[{"type":"text","text":"deep"}]}]}]}"#,
            &[(Text, "s"), (Role, "user"), (Text, "t"), (Raw, r#"[{"type":"text","text":"deep"}]"#)],
        ),
    ];
    for (format, text, expected) in table {
        let expected: Vec<_> = expected.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect();
        assert_eq!(pieces(&read(text, *format)), expected, "{text}");
    }
}

#[test]
fn a_prompt_can_be_read_in_part() {
    let body = read(r#"{"prompt":["abc","def"]}"#, BodyFormat::Completions);
    let mut seen = 0;
    let broke = body.prompt_bytes(|chunk| {
        seen += chunk.len();
        if seen >= 3 { ControlFlow::Break(seen) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(broke, ControlFlow::Break(4));
}

mod form {
    use super::*;

    fn form(
        text: &str,
        limits: BodyLimits,
    ) -> Result<(Option<String>, Option<bool>, Option<String>), BodyCode> {
        let text = text.replace('\n', "\r\n");
        Body::read(text.as_bytes(), BodyFormat::Multipart { boundary: "b" }, &limits)
            .map(|body| (body.model().map(Into::into), body.stream(), body.user().map(Into::into)))
            .map_err(|error| error.code())
    }

    const MODEL: &str = "--b\nContent-Disposition: form-data; name=\"model\"\n\nwhisper\n";

    #[test]
    fn fields_are_read_and_files_are_not() {
        let text = format!(
            "preamble\n--b  \ncontent-disposition: Form-Data; filename=\"model;\\\"x\"; name=model\n\
             Content-Type: audio/wav\n\n\0--b\n --b\n--bb\n--b-\n--b--x\n\n{MODEL}--b\nX: y\n\
             Content-Disposition: form-data; name=stream\n\nTrue\n--b\nContent-Disposition: form-data; name=\"user\"\n\n\n\
             --b--\nepilogue --b\n"
        );
        let expected = (Some("whisper".into()), Some(true), Some(String::new()));
        assert_eq!(form(&text, BodyLimits::default()), Ok(expected));
    }

    #[test]
    fn the_last_field_of_a_name_counts() {
        let text = format!("{}{MODEL}--b--", MODEL.replace("whisper", "other"));
        assert_eq!(form(&text, BodyLimits::default()).map(|facts| facts.0), Ok(Some("whisper".into())));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let limits = BodyLimits::default();
        let table: &[(&str, BodyCode)] = &[
            ("nothing", BodyCode::Truncated),
            (MODEL, BodyCode::Truncated),
            ("--b\n\nno headers\n--b--", BodyCode::BadPart),
            ("--b\n--b--", BodyCode::BadPart),
            ("--b\nContent-Disposition: form-data\n\nx\n--b--", BodyCode::BadPart),
            ("--b\nContent-Disposition: attachment; name=model\n\nx\n--b--", BodyCode::BadPart),
            ("--b\nno colon\n\nx\n--b--", BodyCode::BadPart),
            ("--b\nContent-Disposition: form-data; name=\"open\n\nx\n--b--", BodyCode::BadPart),
        ];
        for (text, code) in table {
            assert_eq!(form(text, limits), Err(*code), "{text}");
        }
        let two = format!("{MODEL}{MODEL}--b--");
        assert_eq!(form(&two, limits.parts(1)), Err(BodyCode::TooManyParts));
        assert!(form(&two, limits.parts(2)).is_ok());
        assert_eq!(form(&two, limits.part_header(43)), Err(BodyCode::PartHeaderTooLarge));
        assert!(form(&two, limits.part_header(44)).is_ok());
        let bytes = MODEL.replace('\n', "\r\n").replace("whisper", "~").into_bytes();
        let mut bytes: Vec<u8> =
            bytes.into_iter().map(|byte| if byte == b'~' { 0xff } else { byte }).collect();
        bytes.extend(b"--b--");
        let error = Body::read(&bytes, BodyFormat::Multipart { boundary: "b" }, &limits).unwrap_err();
        assert_eq!((error.code(), error.byte()), (BodyCode::ModelNotText, 53));
        let none = Body::read(&bytes, BodyFormat::Multipart { boundary: "" }, &limits).unwrap_err();
        assert_eq!((none.code(), none.status()), (BodyCode::NoBoundary, 400));
    }
}

/// JSON as it is written, members in order and repeated ones kept.
#[derive(Clone, Debug)]
enum Json {
    Plain(&'static str),
    Number(f64),
    Integer(u64),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Writes with spaces and escapes as the bits of `seed` say.
struct Writer {
    out: String,
    seed: u64,
}

impl Writer {
    fn write(value: &Json, seed: u64) -> String {
        let mut writer = Self { out: String::new(), seed };
        writer.value(value);
        writer.out
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn space(&mut self) {
        for _ in 0..self.draw(4).saturating_sub(1) {
            let space = [" ", "\n", "\t", "\r\n"][self.draw(4) as usize];
            self.out.push_str(space);
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for char in text.chars() {
            if matches!(char, '"' | '\\' | '\0'..'\x20') || self.draw(9) == 0 {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    self.out.push_str(&format!("\\u{unit:04x}"));
                }
            } else {
                self.out.push(char);
            }
        }
        self.out.push('"');
    }

    fn value(&mut self, value: &Json) {
        self.space();
        match value {
            Json::Plain(word) => self.out.push_str(word),
            Json::Number(number) => self.out.push_str(&serde_json::to_string(number).unwrap()),
            Json::Integer(number) => self.out.push_str(&number.to_string()),
            Json::Text(text) => self.text(text),
            Json::Array(items) => {
                self.out.push('[');
                for (n, item) in items.iter().enumerate() {
                    self.out.push_str(if n == 0 { "" } else { "," });
                    self.value(item);
                }
                self.space();
                self.out.push(']');
            }
            Json::Object(members) => {
                self.out.push('{');
                for (n, (key, value)) in members.iter().enumerate() {
                    self.out.push_str(if n == 0 { "" } else { "," });
                    self.space();
                    self.text(key);
                    self.space();
                    self.out.push(':');
                    self.value(value);
                }
                self.space();
                self.out.push('}');
            }
        }
        self.space();
    }
}

const KEYS: &[&str] = &[
    "model",
    "stream",
    "max_tokens",
    "max_completion_tokens",
    "user",
    "cache_salt",
    "prompt_cache_key",
    "messages",
    "tools",
    "role",
    "content",
    "text",
    "type",
    "cache_control",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(KEYS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        proptest::sample::select(&["null", "true", "false", "-0", "1.5E-3"][..]).prop_map(Json::Plain),
        proptest::num::f64::NORMAL.prop_map(Json::Number),
        any::<u64>().prop_map(Json::Integer),
        any::<String>().prop_map(Json::Text),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            proptest::collection::vec((key(), inner), 0..6).prop_map(Json::Object),
        ]
    })
}

fn body() -> impl Strategy<Value = Json> {
    prop_oneof![
        9 => proptest::collection::vec((key(), json()), 0..10).prop_map(|mut members| {
            // A model that is text, mostly, or nearly nothing would be accepted.
            for (key, value) in &mut members {
                if key == "model" && !matches!(value, Json::Object(_)) {
                    *value = Json::Text(format!("{value:?}"));
                }
            }
            Json::Object(members)
        }),
        1 => json(),
    ]
}

/// One message as role, text, and whether the text is written as a list of parts.
fn conversation() -> impl Strategy<Value = Vec<(String, String, bool)>> {
    proptest::collection::vec((any::<String>(), any::<String>(), any::<bool>()), 1..8)
}

fn chat(messages: &[(String, String, bool)], seed: u64) -> String {
    let text = |text: &str| Json::Text(text.to_owned());
    let messages = messages.iter().map(|(role, content, parts)| {
        let part = || Json::Object(vec![("type".into(), text("text")), ("text".into(), text(content))]);
        let content = if *parts { Json::Array(vec![part()]) } else { text(content) };
        let mut members = vec![("role".into(), text(role)), ("content".into(), content)];
        if seed % 2 == 1 {
            members.reverse();
        }
        Json::Object(members)
    });
    Writer::write(&Json::Object(vec![("messages".into(), Json::Array(messages.collect()))]), seed)
}

#[test]
fn most_generated_bodies_are_accepted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let accepted = (0..500_u64).filter(|seed| {
        let value = body().new_tree(&mut runner).unwrap().current();
        oracle::compare(Writer::write(&value, *seed).as_bytes())
    });
    let accepted = accepted.count();
    assert!(accepted > 250, "only {accepted} of 500");
}

static DECISION: LazyLock<Decision> = LazyLock::new(rewriting::decision);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_json_reads_as_serde_json_reads_it(value in body(), seed: u64) {
        let body = Writer::write(&value, seed);
        oracle::compare(body.as_bytes());
        rewriting::compare(&DECISION, body.as_bytes());
    }

    #[test]
    fn any_change_of_bytes_is_judged_as_serde_json_judges_it(
        value in body(),
        seed: u64,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..4), 1..4),
    ) {
        let mut bytes = Writer::write(&value, seed).into_bytes();
        for (index, byte, how) in changes {
            let at = index.index(bytes.len() + 1);
            match how {
                0 => bytes.insert(at, byte),
                1 => bytes.insert(at, b"{}[]\",:\\0u-"[usize::from(byte) % 11]),
                2 => bytes.truncate(at),
                _ => drop(bytes.drain(at..(at + 1).min(bytes.len()))),
            }
        }
        oracle::compare(&bytes);
        rewriting::compare(&DECISION, &bytes);
    }

    #[test]
    fn a_shared_conversation_gives_the_same_leading_bytes(messages in conversation(), keep: proptest::sample::Index, seeds: (u64, u64)) {
        let (whole, part) = (chat(&messages, seeds.0), chat(&messages[..keep.index(messages.len()) + 1], seeds.1));
        let (whole, part) = (read(&whole, BodyFormat::Chat), read(&part, BodyFormat::Chat));
        prop_assert!(stream(&whole).starts_with(&stream(&part)));
        let expected: Vec<_> =
            messages.iter().flat_map(|(role, content, _)| [(Role, role.clone()), (Text, content.clone())]).collect();
        prop_assert_eq!(pieces(&whole), expected);
    }
}

#[test]
fn images_audio_and_video_are_found_wherever_they_stand() {
    let has_media =
        |text: &str, format| Body::read(text.as_bytes(), format, &BodyLimits::default()).unwrap().has_media();
    let chat = |content: &str| {
        has_media(
            &format!(r#"{{"messages": [{{"role": "system"}}, {{"content": {content}}}]}}"#),
            BodyFormat::Chat,
        )
    };
    for kind in ["image_url", "input_audio", "video_url", "image", "audio_url", "im\\u0061ge"] {
        assert!(
            chat(&format!(r#"[{{"type": "text", "text": "a"}}, {{"x": 1, "type": "{kind}"}}]"#)),
            "{kind}"
        );
    }
    // A tool's result has parts of its own; what only looks like a part is none.
    assert!(chat(r#"[{"type": "tool_result", "content": [{"type": "image", "source": {}}]}]"#));
    for text in [
        r#""image_url""#,
        r#"[{"type": "text", "text": "type: image_url"}]"#,
        r#"[{"type": "text", "metadata": {"type": "image"}}]"#,
        r#"["image"]"#,
        "null",
        "[]",
        r#"[{"type": 7}]"#,
        r#"[{"content": [{"content": [{"type": "image"}]}]}]"#,
    ] {
        assert!(!chat(text), "{text}");
    }
    let input =
        r#"{"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}]}"#;
    assert!(has_media(input, BodyFormat::Responses));
    assert!(!has_media(r#"{"input": "an image"}"#, BodyFormat::Responses));
    assert!(!has_media(r#"{"input": [1, 2, 3]}"#, BodyFormat::Json));
    assert!(!has_media(r#"{"tools": [{"type": "image"}], "messages": []}"#, BodyFormat::Chat));
}
