//! Any text to the message parser, then its parameters to the method that they name.
#![no_main]

use dap::{Message, method_info};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(message) = Message::parse(text) else { return };
    let written = message.to_text();
    let again = Message::parse(&written).expect("what is written can be read");
    assert_eq!(again.to_text(), written);

    match message {
        Message::Request { method: name, params, .. } | Message::Event { name, params } => {
            if let Some(info) = method_info(&name) {
                let _ = info.check_params(params);
            }
        }
        Message::Success { answer, .. } => {
            for info in dap::METHODS {
                let _ = info.check_answer(answer);
            }
            // What a document holds survives being read and written.
            if let Ok(config) = serde_json::from_str::<dap::ConfigDocument>(answer.get()) {
                let written = dap::to_raw(&config);
                let again: dap::ConfigDocument = serde_json::from_str(written.get()).expect("own document");
                assert_eq!(again, config);
            }
        }
        Message::Failure { .. } => {}
    }
});
