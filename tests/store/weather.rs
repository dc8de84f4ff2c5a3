//! A store in memory behind a bad connection: lost replies, late writes, meaningless refusals.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What happens to a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives after this time, and so does its reply.
    Arrives(Duration),
    /// It arrives; the reply is lost.
    ReplyLost,
    /// It is lost.
    Lost,
    /// It fails, and still arrives after this time.
    Late(Duration),
    /// It is refused like two simultaneous writes by S3 (409): nothing arrives.
    Conflict,
    /// The condition is ignored.
    Lie,
}

type Decide = Box<dyn FnMut(&Path, &PutMode) -> Fate + Send>;

/// One machine's connection to a store.
pub struct Weather {
    pub inner: Arc<InMemory>,
    decide: Mutex<Decide>,
}

impl Weather {
    pub fn over(inner: &Arc<InMemory>, decide: impl FnMut(&Path, &PutMode) -> Fate + Send + 'static) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(inner), decide: Mutex::new(Box::new(decide)) })
    }

    /// Every write arrives at once.
    pub fn fair(inner: &Arc<InMemory>) -> Arc<Self> {
        Self::over(inner, |_, _| Fate::Arrives(Duration::ZERO))
    }
}

impl fmt::Debug for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Weather")
    }
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Weather")
    }
}

fn broken() -> object_store::Error {
    object_store::Error::Generic { store: "weather", source: "the line broke".into() }
}

#[async_trait]
impl ObjectStore for Weather {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fate = (self.decide.lock().unwrap())(location, &options.mode);
        match fate {
            Fate::Arrives(after) => {
                // Half the time for the request, half for the reply.
                tokio::time::sleep(after / 2).await;
                let put = self.inner.put_opts(location, payload, options).await;
                tokio::time::sleep(after / 2).await;
                put
            }
            Fate::ReplyLost => {
                let _ = self.inner.put_opts(location, payload, options).await;
                Err(broken())
            }
            Fate::Lost => Err(broken()),
            Fate::Late(after) => {
                let (inner, location) = (Arc::clone(&self.inner), location.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    let _ = inner.put_opts(&location, payload, options).await;
                });
                Err(broken())
            }
            Fate::Conflict => {
                Err(object_store::Error::AlreadyExists { path: location.to_string(), source: "409".into() })
            }
            Fate::Lie => self.inner.put(location, payload).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
