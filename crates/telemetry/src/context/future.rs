//! Futures that take their context along.

use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use pin_project_lite::pin_project;
use tracing::Span;

use super::{Context, replace};

pin_project! {
    /// A future within a context: what it binds lasts from poll to poll and ends with it.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        future: Option<F>,
        context: Option<Context>,
        span: Option<Span>,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            // What is given up half-way may still say so, within its context.
            let mut this = this.project();
            if this.future.is_some() {
                let _swapped = Swapped::new(this.context);
                let _entered = this.span.as_ref().map(Span::enter);
                this.future.set(None);
            }
        }
    }
}

impl<F> InContext<F> {
    pub(super) fn new(context: Context, future: F) -> Self {
        Self {
            future: Some(future),
            context: Some(context),
            span: None,
        }
    }

    /// Within this span as well.
    pub fn in_span(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let _swapped = Swapped::new(this.context);
        let _entered = this.span.as_ref().map(Span::enter);
        let future = this.future.as_mut().as_pin_mut();
        let output = ready!(future.expect("it is not polled after its end").poll(task));
        this.future.set(None);
        Poll::Ready(output)
    }
}

/// While a future is polled; even if it panics, its context does not stay behind.
struct Swapped<'a> {
    before: Option<Context>,
    own: &'a mut Option<Context>,
}

impl<'a> Swapped<'a> {
    fn new(own: &'a mut Option<Context>) -> Self {
        Self {
            before: replace(own.take()),
            own,
        }
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        *self.own = replace(self.before.take());
    }
}

/// Takes contexts along with futures.
pub trait WithContext: Future + Sized {
    /// The future within this context.
    fn in_context(self, context: Context) -> InContext<Self> {
        InContext::new(context, self)
    }
}

impl<F: Future> WithContext for F {}

/// For a task that is spawned: the future within the context and the span of the place where it is called.
///
/// What the task binds stays its own: `tokio::spawn(carried(work()))`.
pub fn carried<F: Future>(future: F) -> InContext<F> {
    InContext::new(Context::current(), future).in_span(Span::current())
}
