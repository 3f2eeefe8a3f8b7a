//! Articles of the knowledge base.

use super::error::ApiError;
use super::http::{Call, Client};
use super::key::Key;
use crate::api::knowledge::{ArticleQuery, ArticleRequest, Articles};
use crate::api::routes::{Route, operation};
use crate::domain::knowledge::Article;

const LIST: &Route = operation("list_articles");
const GET: &Route = operation("get_article");
const ADD: &Route = operation("add_article");
const CHANGE: &Route = operation("change_article");
const DROP: &Route = operation("drop_article");

impl Client {
    pub async fn articles(&self, query: &ArticleQuery) -> Result<Vec<Article>, ApiError> {
        let Articles { articles } = self.ask(&Call::to(LIST).asking(query)?).await?;
        Ok(articles)
    }

    pub async fn article(&self, id: &str) -> Result<Article, ApiError> {
        self.ask(&Call::to(GET).named(id)).await
    }

    pub async fn add_article(&self, article: &ArticleRequest, key: &Key) -> Result<Article, ApiError> {
        self.ask(&Call::to(ADD).with(article)?.under(key)).await
    }

    pub async fn change_article(&self, id: &str, article: &ArticleRequest, key: &Key) -> Result<Article, ApiError> {
        self.ask(&Call::to(CHANGE).named(id).with(article)?.under(key)).await
    }

    pub async fn drop_article(&self, id: &str, key: &Key) -> Result<(), ApiError> {
        self.tell(&Call::to(DROP).named(id).under(key)).await
    }
}
