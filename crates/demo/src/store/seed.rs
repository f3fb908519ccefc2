//! What an empty database is filled with: tenants on all plans, a user of each role, connections to all providers.

use obsctl_model::LabelValue;

use super::connections::Connection;
use super::{Store, StoreError};
use crate::crypto::{KEY_VERSION, Vault};
use crate::domain::{PLANS, PROVIDERS, ROLES};
use crate::password;
use crate::providers::credentials;
use crate::random::Random;

const TENANTS: [&str; 6] = ["acme", "birch", "cedar", "delta", "ember", "fjord"];

/// What all seeded users sign in with.
pub const PASSWORD: &str = "correct horse battery staple";

/// The address of the seeded user of a tenant with a role.
#[must_use]
pub fn email(tenant: &str, role: &str) -> String {
    format!("{role}@{tenant}.example")
}

/// The addresses of all seeded users, with their tenant's plan.
#[must_use]
pub fn users() -> Vec<(String, obsctl_stack::labels::Plan)> {
    let tenants = TENANTS.iter().zip(PLANS.iter().cycle());
    tenants
        .flat_map(|(tenant, plan)| ROLES.map(|role| (email(tenant, &role.text()), *plan)))
        .collect()
}

impl Store {
    /// Fills what is empty. Services that do it at the same time do the same.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn seed(&self, seed: u64, vault: &Vault, now: i64) -> Result<(), StoreError> {
        let random = Random::new(seed, "tenants");
        let hash = password::hash(PASSWORD, &random.id());
        for (tenant, plan) in TENANTS.iter().zip(PLANS.iter().cycle()) {
            let tenant_id = random.id();
            self.add_tenant(&tenant_id, tenant, &plan.text()).await?;
            for role in ROLES {
                let role = role.text();
                self.add_user(
                    &random.id(),
                    &tenant_id,
                    &email(tenant, &role),
                    &role,
                    &hash,
                )
                .await?;
            }
            for provider in PROVIDERS {
                let id = random.id();
                let mut nonce = [0; 12];
                nonce.copy_from_slice(&id.as_bytes()[..12]);
                let connection = Connection {
                    encrypted_credentials: vault.encrypt(&credentials(provider), nonce),
                    tenant_id: tenant_id.clone(),
                    provider: provider.text().into_owned(),
                    label: format!("{tenant}'s {}", provider.text()),
                    status: "active".to_owned(),
                    encryption_key_version: KEY_VERSION,
                    id,
                };
                self.add_connection(&connection, now).await?;
            }
        }
        Ok(())
    }
}
