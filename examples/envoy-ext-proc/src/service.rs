//! The gRPC side: one stream of messages a request.

use std::sync::Arc;

use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessor;
use envoy_types::pb::envoy::service::ext_proc::v3::{ProcessingRequest, ProcessingResponse};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::exchange::Exchange;
use crate::picker::Picker;

/// Answers gateways.
pub(crate) struct Service {
    picker: Arc<Picker>,
}

impl Service {
    pub(crate) fn new(picker: Arc<Picker>) -> Self {
        Self { picker }
    }
}

#[tonic::async_trait]
impl ExternalProcessor for Service {
    type ProcessStream = ReceiverStream<Result<ProcessingResponse, Status>>;

    async fn process(
        &self,
        request: Request<Streaming<ProcessingRequest>>,
    ) -> Result<Response<Self::ProcessStream>, Status> {
        // Few, so that a gateway that does not read stops being read from.
        let (replies, stream) = mpsc::channel(16);
        tokio::spawn(converse(request.into_inner(), replies, Exchange::new(Arc::clone(&self.picker))));
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

/// Goes on until either side ends; what is not finished by then is cancelled.
async fn converse(
    mut messages: Streaming<ProcessingRequest>,
    replies: mpsc::Sender<Result<ProcessingResponse, Status>>,
    mut exchange: Exchange,
) {
    while !exchange.is_over() {
        let message = tokio::select! {
            message = messages.message() => message,
            () = replies.closed() => return,
        };
        let Ok(Some(message)) = message else { return };
        match exchange.on(message) {
            Ok(answers) => {
                for answer in answers {
                    if replies.send(Ok(answer)).await.is_err() {
                        return;
                    }
                }
            }
            Err(_) => {
                let wrong = "request_body_mode and response_body_mode must be FULL_DUPLEX_STREAMED";
                let _ = replies.send(Err(Status::failed_precondition(wrong))).await;
                return;
            }
        }
    }
}
