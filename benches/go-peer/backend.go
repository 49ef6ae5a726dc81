package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/vault/sdk/framework"
	"github.com/hashicorp/vault/sdk/logical"
)

// version is the one that the Rust plugin reports.
const version = "v0.1.0"

const (
	noData = "data must be provided to store in secret"
	noPath = "a path must be given, without a slash at its end"
	isRaw  = "data with the field `http_status_code` is taken for a raw HTTP answer"
	isErr  = "data whose only field is `error` (or `error` and `data`) cannot be told from an error"
)

// Factory makes the backend of one mount.
func Factory(ctx context.Context, config *logical.BackendConfig) (logical.Backend, error) {
	b := newBackend()
	if err := b.Setup(ctx, config); err != nil {
		return nil, err
	}
	return b, nil
}

func newBackend() *framework.Backend {
	return &framework.Backend{
		Help:           "A key-value store in the server's encrypted storage.",
		BackendType:    logical.TypeLogical,
		RunningVersion: version,
		Paths: []*framework.Path{{
			// Fields of any name are stored, so none is declared, not even one for the path.
			Pattern:             ".*",
			TakesArbitraryInput: true,
			ExistenceCheck:      hasDocument,
			Operations: map[logical.Operation]framework.OperationHandler{
				logical.CreateOperation: &framework.PathOperation{Callback: writeDocument},
				logical.ReadOperation:   &framework.PathOperation{Callback: readDocument},
				logical.UpdateOperation: &framework.PathOperation{Callback: writeDocument},
				logical.DeleteOperation: &framework.PathOperation{Callback: deleteDocument},
				logical.ListOperation:   &framework.PathOperation{Callback: listDocuments},
			},
			HelpSynopsis: "Stores documents of any fields.",
			HelpDescription: "Keeps the fields that are written to a path, whatever they are, until " +
				"the path is deleted or written again. A list has the names directly below a path; " +
				"folders end in a slash.",
		}},
	}
}

func readDocument(ctx context.Context, req *logical.Request, _ *framework.FieldData) (*logical.Response, error) {
	if !isDocument(req.Path) {
		return logical.ErrorResponse(noPath), nil
	}
	entry, err := req.Storage.Get(ctx, req.Path)
	if err != nil {
		return nil, err
	}
	if entry == nil {
		return logical.ErrorResponse("No value at %s%s", req.MountPoint, req.Path), nil
	}
	var document map[string]interface{}
	if err := entry.DecodeJSON(&document); err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	return &logical.Response{Data: document}, nil
}

func writeDocument(ctx context.Context, req *logical.Request, _ *framework.FieldData) (*logical.Response, error) {
	if !isDocument(req.Path) {
		return logical.ErrorResponse(noPath), nil
	}
	if refusal := refusalOf(req.Data); refusal != "" {
		return logical.ErrorResponse(refusal), nil
	}
	entry, err := logical.StorageEntryJSON(req.Path, req.Data)
	if err != nil {
		return nil, err
	}
	return nil, req.Storage.Put(ctx, entry)
}

func hasDocument(ctx context.Context, req *logical.Request, _ *framework.FieldData) (bool, error) {
	entry, err := req.Storage.Get(ctx, req.Path)
	if err != nil {
		return false, err
	}
	return entry != nil, nil
}

func deleteDocument(ctx context.Context, req *logical.Request, _ *framework.FieldData) (*logical.Response, error) {
	if !isDocument(req.Path) {
		return logical.ErrorResponse(noPath), nil
	}
	return nil, req.Storage.Delete(ctx, req.Path)
}

func listDocuments(ctx context.Context, req *logical.Request, _ *framework.FieldData) (*logical.Response, error) {
	keys, err := req.Storage.List(ctx, req.Path)
	if err != nil {
		return nil, err
	}
	return logical.ListResponse(keys), nil
}

// isDocument tells whether a path can be one of a document: the storage key is the path itself.
func isDocument(path string) bool {
	return path != "" && !strings.HasSuffix(path, "/")
}

// refusalOf is why a document is not stored, or empty. Servers would take some for an error or for
// a raw HTTP answer when they are read.
func refusalOf(document map[string]interface{}) string {
	if len(document) == 0 {
		return noData
	}
	if _, has := document["http_status_code"]; has {
		return isRaw
	}
	alone := len(document) == 1 || (len(document) == 2 && document["data"] != nil)
	if document["error"] != nil && alone {
		return isErr
	}
	return ""
}
