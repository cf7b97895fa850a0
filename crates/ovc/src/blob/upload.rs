use super::{BlobError, Blobs};
use bytes::Bytes;
use object_store::path::Path as StorePath;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutPayload};
use std::sync::Arc;

/// An object that comes piece by piece. What is short goes to the store in one go, what is longer in parts. Dropped before
/// its end, nothing is left of it.
pub(super) struct Upload {
    store: Arc<dyn ObjectStore>,
    path: StorePath,
    /// How long a part is.
    part: usize,
    gathered: Vec<Bytes>,
    gathered_bytes: usize,
    begun: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    pub(super) fn new(blobs: &Blobs, path: StorePath) -> Self {
        Self {
            store: blobs.store.clone(),
            path,
            part: blobs.part,
            gathered: Vec::new(),
            gathered_bytes: 0,
            begun: None,
        }
    }

    /// Takes a piece more.
    pub(super) async fn write(&mut self, mut piece: Bytes) -> Result<(), BlobError> {
        while !piece.is_empty() {
            let taken = piece.split_to(piece.len().min(self.part - self.gathered_bytes));
            self.gathered_bytes += taken.len();
            self.gathered.push(taken);
            if self.gathered_bytes == self.part {
                let part = self.take();
                if self.begun.is_none() {
                    let options = PutMultipartOptions::default();
                    self.begun = Some(self.store.put_multipart_opts(&self.path, options).await?);
                }
                if let Some(begun) = &mut self.begun {
                    begun.put_part(part).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes the rest, and it is an object.
    pub(super) async fn finish(mut self) -> Result<(), BlobError> {
        let rest = self.take();
        let Some(begun) = &mut self.begun else {
            self.store.put(&self.path, rest).await?;
            return Ok(());
        };
        if rest.content_length() > 0 {
            begun.put_part(rest).await?;
        }
        begun.complete().await?;
        self.begun = None;
        Ok(())
    }

    fn take(&mut self) -> PutPayload {
        self.gathered_bytes = 0;
        self.gathered.drain(..).collect()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Without a runtime the process ends; a store forgets such parts by itself after a while.
        if let (Some(mut begun), Ok(runtime)) = (self.begun.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = begun.abort().await {
                    tracing::debug!(%error, "parts of an object that is not wanted any more stay behind");
                }
            });
        }
    }
}
