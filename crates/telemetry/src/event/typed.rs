//! Events that are declared as types.

use obsctl_model::{InContext, LoggedContext, LoggedEvent};

use super::{Event, enabled};

/// Emitting a declared event.
pub trait EmitEvent: LoggedEvent {
    /// Logs it, at the level it declares, with what is bound. Never fails; one that nobody listens to costs no more than its
    /// values.
    fn emit(self) {
        if enabled(Self::LEVEL) {
            self.event().emit();
        }
    }

    /// With the fields of one of its contexts, for what is not bound: `RequestHandled {}.within(request).emit()`.
    fn within<C: LoggedContext>(self, context: C) -> Event
    where
        Self: InContext<C>,
    {
        let mut event = self.event();
        event.fields = event.fields.with_fields(context);
        event
    }

    /// As one that is only known at run time, to be [checked](Event::check) or given what no declaration knows.
    fn event(self) -> Event {
        let mut event = Event::new(Self::NAME).level(Self::LEVEL);
        event.fields = event.fields.with_fields(self);
        event
    }
}

impl<E: LoggedEvent> EmitEvent for E {}
