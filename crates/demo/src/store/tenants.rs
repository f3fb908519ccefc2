//! Tenants, their users, and who is signed in.

use super::{Store, StoreError};

/// Somebody who is signed in, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub user_id: String,
    /// Their tenant.
    pub tenant_id: String,
    /// The address they sign in with.
    pub email: String,
    /// Their role.
    pub role: String,
    /// The tenant's plan.
    pub plan: String,
}

from_row! { User { user_id, tenant_id, email, role, plan } }

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// Somebody.
    Of(User),
    /// Somebody who has to sign in again.
    Expired,
    /// Nobody.
    Unknown,
}

impl Store {
    /// The user with that address, and the hash of their password.
    pub(crate) async fn user_by_email(
        &self,
        email: &str,
    ) -> Result<Option<(User, String)>, StoreError> {
        let hash: Option<(String,)> = self
            .statement("SELECT password_hash FROM users WHERE email = $1")
            .bind(email)
            .first()
            .await?;
        let user = self
            .statement(
                "SELECT users.id AS user_id, tenant_id, email, role, plan FROM users \
                 JOIN tenants ON tenants.id = tenant_id WHERE email = $1",
            )
            .bind(email)
            .first()
            .await?;
        Ok(user.zip(hash.map(|(hash,)| hash)))
    }

    /// Who a token belongs to.
    pub(crate) async fn session(&self, token: &str, now: i64) -> Result<Session, StoreError> {
        let expires: Option<(i64,)> = self
            .statement("SELECT expires_at FROM sessions WHERE token = $1")
            .bind(token)
            .first()
            .await?;
        match expires {
            None => return Ok(Session::Unknown),
            Some((at,)) if at < now => return Ok(Session::Expired),
            Some(_) => {}
        }
        let user = self
            .statement(
                "SELECT users.id AS user_id, tenant_id, email, role, plan FROM sessions \
                 JOIN users ON users.id = user_id JOIN tenants ON tenants.id = tenant_id WHERE token = $1",
            )
            .bind(token)
            .first()
            .await?;
        Ok(user.map_or(Session::Unknown, Session::Of))
    }

    /// Signs somebody in.
    pub(crate) async fn open_session(
        &self,
        token: &str,
        user_id: &str,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        self.statement("INSERT INTO sessions (token, user_id, expires_at) VALUES ($1, $2, $3)")
            .bind(token)
            .bind(user_id)
            .bind(expires_at)
            .execute()
            .await?;
        Ok(())
    }

    /// Signs somebody out.
    pub(crate) async fn close_session(&self, token: &str) -> Result<(), StoreError> {
        self.statement("DELETE FROM sessions WHERE token = $1")
            .bind(token)
            .execute()
            .await?;
        Ok(())
    }

    /// Forgets sessions that have long expired.
    pub(crate) async fn forget_sessions(&self, expired_before: i64) -> Result<(), StoreError> {
        self.statement("DELETE FROM sessions WHERE expires_at < $1")
            .bind(expired_before)
            .untraced()
            .execute()
            .await?;
        Ok(())
    }

    /// Adds a tenant; one that is there stays as it is.
    pub(crate) async fn add_tenant(
        &self,
        id: &str,
        name: &str,
        plan: &str,
    ) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO tenants (id, name, plan) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(id)
        .bind(name)
        .bind(plan)
        .execute()
        .await?;
        Ok(())
    }

    /// Adds a user; says whether the address was free.
    pub(crate) async fn add_user(
        &self,
        id: &str,
        tenant_id: &str,
        email: &str,
        role: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let added = self
            .statement(
                "INSERT INTO users (id, tenant_id, email, role, password_hash) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            )
            .bind(id)
            .bind(tenant_id)
            .bind(email)
            .bind(role)
            .bind(password_hash)
            .execute()
            .await?;
        Ok(added > 0)
    }

    /// Gives a tenant another name.
    pub(crate) async fn change_name(&self, tenant_id: &str, name: &str) -> Result<(), StoreError> {
        self.of_tenant(
            "tenants",
            tenant_id,
            "UPDATE tenants SET name = $2 WHERE id = $1",
        )?
        .bind(name)
        .execute()
        .await?;
        Ok(())
    }

    /// A tenant's plan.
    pub(crate) async fn plan(&self, tenant_id: &str) -> Result<Option<String>, StoreError> {
        let plan: Option<(String,)> = self
            .of_tenant(
                "tenants",
                tenant_id,
                "SELECT plan FROM tenants WHERE id = $1",
            )?
            .first()
            .await?;
        Ok(plan.map(|(plan,)| plan))
    }

    /// How many tenants are on each plan.
    pub(crate) async fn tenants_by_plan(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.statement("SELECT plan, COUNT(*) FROM tenants GROUP BY plan")
            .untraced()
            .all()
            .await
    }
}
