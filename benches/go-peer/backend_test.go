package main

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/hashicorp/vault/sdk/helper/jsonutil"
	"github.com/hashicorp/vault/sdk/logical"
)

// mount is one mount of the backend, with storage in memory.
type mount struct {
	t       *testing.T
	backend logical.Backend
	storage logical.Storage
}

func newMount(t *testing.T) *mount {
	storage := &logical.InmemStorage{}
	backend, err := Factory(context.Background(), &logical.BackendConfig{StorageView: storage})
	if err != nil {
		t.Fatal(err)
	}
	return &mount{t, backend, storage}
}

func (m *mount) request(operation logical.Operation, path, text string) *logical.Request {
	var data map[string]interface{}
	if err := jsonutil.DecodeJSON([]byte(text), &data); err != nil {
		m.t.Fatal(err)
	}
	return &logical.Request{
		Operation: operation, Path: path, Data: data, MountPoint: "mock/", Storage: m.storage,
	}
}

func (m *mount) send(operation logical.Operation, path, text string) *logical.Response {
	m.t.Helper()
	response, err := m.backend.HandleRequest(context.Background(), m.request(operation, path, text))
	if err != nil {
		m.t.Fatalf("%s %s: %v", operation, path, err)
	}
	return response
}

func (m *mount) refused(operation logical.Operation, path, text, reason string) {
	m.t.Helper()
	response := m.send(operation, path, text)
	if !response.IsError() || response.Error().Error() != reason {
		m.t.Errorf("%s %s %s: %v", operation, path, text, response)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	m := newMount(t)
	for _, text := range []string{
		`{"message":"Hello World"}`,
		`{"a":1.10,"a b":null,"b":123456789012345678901234567890,"path":"x"}`,
		`{"error":"why","more":1}`,
		`{"data":{},"error":null,"other":1}`,
	} {
		for _, operation := range []logical.Operation{logical.CreateOperation, logical.UpdateOperation} {
			if written := m.send(operation, "team/a b", text); written != nil {
				t.Errorf("an answer to a write: %v", written)
			}
			read := m.send(logical.ReadOperation, "team/a b", `{"path":"ignored"}`)
			found, err := json.Marshal(read.Data)
			if err != nil || string(found) != text || len(read.Warnings) != 0 {
				t.Errorf("%s became %s, warnings %v, error %v", text, found, read.Warnings, err)
			}
		}
	}
}

func TestWhatNoServerWouldGiveBackIsRefused(t *testing.T) {
	m := newMount(t)
	for text, reason := range map[string]string{
		`{}`:                             noData,
		`null`:                           noData,
		`{"error":"x"}`:                  isErr,
		`{"error":1,"data":2}`:           isErr,
		`{"http_status_code":200,"a":1}`: isRaw,
	} {
		m.refused(logical.UpdateOperation, "test", text, reason)
	}
	if listed := m.send(logical.ListOperation, "", "null"); len(listed.Data) != 0 {
		t.Errorf("something was stored: %v", listed.Data)
	}
}

func TestAMissingDocumentIsNamedWithItsMount(t *testing.T) {
	m := newMount(t)
	m.refused(logical.ReadOperation, "a/b", "null", "No value at mock/a/b")
	m.send(logical.UpdateOperation, "a/b", `{"a":1}`)
	for range 2 {
		if deleted := m.send(logical.DeleteOperation, "a/b", "null"); deleted != nil {
			t.Errorf("an answer to a delete: %v", deleted)
		}
	}
	m.refused(logical.ReadOperation, "a/b", "null", "No value at mock/a/b")
}

func TestTheFirstWriteIsToldFromTheSecond(t *testing.T) {
	m := newMount(t)
	for _, expected := range []bool{false, true} {
		request := m.request(logical.UpdateOperation, "test", `{"a":1}`)
		found, exists, err := m.backend.HandleExistenceCheck(context.Background(), request)
		if err != nil || !found || exists != expected {
			t.Errorf("found %t, exists %t, error %v", found, exists, err)
		}
		m.send(logical.UpdateOperation, "test", `{"a":1}`)
	}
}

func TestListsHaveDirectChildren(t *testing.T) {
	m := newMount(t)
	for _, path := range []string{"z", "a", "a/b", "a/c/d"} {
		m.send(logical.UpdateOperation, path, `{"a":1}`)
	}
	for path, keys := range map[string]interface{}{
		"":         []string{"a", "a/", "z"},
		"a/":       []string{"b", "c/"},
		"nowhere/": nil,
	} {
		if found := m.send(logical.ListOperation, path, "null").Data["keys"]; !reflect.DeepEqual(found, keys) {
			t.Errorf("%q has %v", path, found)
		}
	}
}

func TestAPathMustBeOneOfADocument(t *testing.T) {
	m := newMount(t)
	for _, operation := range []logical.Operation{
		logical.ReadOperation, logical.UpdateOperation, logical.DeleteOperation,
	} {
		for _, path := range []string{"", "folder/"} {
			m.refused(operation, path, `{"a":1}`, noPath)
		}
	}
	request := m.request(logical.PatchOperation, "test", `{"a":1}`)
	_, err := m.backend.HandleRequest(context.Background(), request)
	if !errors.Is(err, logical.ErrUnsupportedOperation) {
		t.Errorf("a patch: %v", err)
	}
}
