package io.j8s.storage.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnsafeByteOperations;

import io.etcd.jetcd.api.Compare.CompareResult;
import io.etcd.jetcd.api.Compare.CompareTarget;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Compare;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.TxnResult;
import io.j8s.storage.model.TxnResult.OpResult;
import io.j8s.storage.model.WatchEvent;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Between the store's model and etcd's messages. Pure.
///
/// jetcd's generated classes are of an older `rpc.proto`: comparing a lease, fragmenting a watch
/// and telling a fragment are fields unknown to them, which protobuf carries all the same.
final class Messages {

    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    private static final int COMPARE_TARGET_LEASE = 4; // rpc.proto: Compare.CompareTarget.LEASE
    private static final int COMPARE_LEASE = 8; // rpc.proto: Compare.lease
    private static final int CREATE_FRAGMENT = 8; // rpc.proto: WatchCreateRequest.fragment
    private static final int RESPONSE_FRAGMENT = 7; // rpc.proto: WatchResponse.fragment

    private Messages() {}

    static io.etcd.jetcd.api.RangeRequest range(RangeRequest request) {
        var message =
                io.etcd.jetcd.api.RangeRequest.newBuilder()
                        .setKey(start(request.key(), request.end()))
                        .setRangeEnd(end(request.end()))
                        .setRevision(request.revision())
                        .setLimit(request.limit())
                        .setKeysOnly(request.keysOnly())
                        .setCountOnly(request.countOnly())
                        .setMinModRevision(request.minModRevision());
        if (request.descending()) {
            message.setSortOrder(io.etcd.jetcd.api.RangeRequest.SortOrder.DESCEND)
                    .setSortTarget(io.etcd.jetcd.api.RangeRequest.SortTarget.KEY);
        }
        return message.build();
    }

    static RangeResult.Found found(io.etcd.jetcd.api.RangeResponse response, long revision) {
        List<KeyValue> records = new ArrayList<>(response.getKvsCount());
        response.getKvsList().forEach(kv -> records.add(record(kv)));
        return new RangeResult.Found(records, response.getCount(), response.getMore(), revision);
    }

    static TxnRequest txn(Txn txn) {
        var message = TxnRequest.newBuilder();
        txn.compares().forEach(compare -> message.addCompare(compare(compare)));
        txn.then().forEach(op -> message.addSuccess(op(op)));
        txn.otherwise().forEach(op -> message.addFailure(op(op)));
        return message.build();
    }

    static TxnResult result(TxnResponse response) {
        long revision = response.getHeader().getRevision();
        List<OpResult> results = new ArrayList<>(response.getResponsesCount());
        for (ResponseOp op : response.getResponsesList()) {
            results.add(
                    switch (op.getResponseCase()) {
                        case RESPONSE_PUT -> {
                            var put = op.getResponsePut();
                            yield new OpResult.Put(
                                    put.hasPrevKv() ? List.of(record(put.getPrevKv())) : List.of());
                        }
                        case RESPONSE_DELETE_RANGE -> {
                            var delete = op.getResponseDeleteRange();
                            yield new OpResult.Delete(
                                    delete.getDeleted(),
                                    delete.getPrevKvsList().stream()
                                            .map(Messages::record)
                                            .toList());
                        }
                        case RESPONSE_RANGE ->
                                new OpResult.Range(found(op.getResponseRange(), revision));
                        case RESPONSE_TXN, RESPONSE_NOT_SET ->
                                throw new IllegalStateException("etcd answered " + op);
                    });
        }
        return new TxnResult(response.getSucceeded(), revision, results);
    }

    static WatchCreateRequest watch(
            Bytes key, @Nullable Bytes end, long fromRevision, boolean withPrevious) {
        return WatchCreateRequest.newBuilder()
                .setKey(start(key, end))
                .setRangeEnd(end(end))
                .setStartRevision(fromRevision)
                .setPrevKv(withPrevious)
                .setProgressNotify(true)
                .setUnknownFields(number(CREATE_FRAGMENT, 1))
                .build();
    }

    /// Whether the rest of this response's events follows in the next one.
    static boolean isFragment(WatchResponse response) {
        return response.getUnknownFields().getField(RESPONSE_FRAGMENT).getVarintList().stream()
                .anyMatch(value -> value != 0);
    }

    static WatchEvent event(Event event) {
        return new WatchEvent(
                event.getType() == Event.EventType.DELETE
                        ? WatchEvent.Type.DELETE
                        : WatchEvent.Type.PUT,
                record(event.getKv()),
                event.hasPrevKv() ? record(event.getPrevKv()) : null);
    }

    static ByteString bytes(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array()); // Bytes never change
    }

    private static Bytes bytes(ByteString bytes) {
        return bytes.isEmpty() ? Bytes.EMPTY : Bytes.wrap(bytes.toByteArray());
    }

    private static KeyValue record(io.etcd.jetcd.api.KeyValue kv) {
        return new KeyValue(
                bytes(kv.getKey()),
                bytes(kv.getValue()),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion(),
                kv.getLease());
    }

    /// etcd has no empty key: a range from it begins at the smallest one.
    private static ByteString start(Bytes key, @Nullable Bytes end) {
        return key.length() == 0 && end != null ? ZERO : bytes(key);
    }

    /// In etcd no end is the one key, and `\0` everything from the key on.
    private static ByteString end(@Nullable Bytes end) {
        if (end == null) {
            return ByteString.EMPTY;
        }
        return end.length() == 0 ? ZERO : bytes(end);
    }

    private static io.etcd.jetcd.api.Compare compare(Compare compare) {
        var message = io.etcd.jetcd.api.Compare.newBuilder().setKey(bytes(compare.key()));
        switch (compare) {
            case Compare.Version c ->
                    message.setTarget(CompareTarget.VERSION)
                            .setVersion(c.version())
                            .setResult(relation(c.relation()));
            case Compare.CreateRevision c ->
                    message.setTarget(CompareTarget.CREATE)
                            .setCreateRevision(c.revision())
                            .setResult(relation(c.relation()));
            case Compare.ModRevision c ->
                    message.setTarget(CompareTarget.MOD)
                            .setModRevision(c.revision())
                            .setResult(relation(c.relation()));
            case Compare.Lease c ->
                    message.setTargetValue(COMPARE_TARGET_LEASE)
                            .setUnknownFields(number(COMPARE_LEASE, c.lease()))
                            .setResult(relation(c.relation()));
            case Compare.Value c ->
                    message.setTarget(CompareTarget.VALUE)
                            .setValue(bytes(c.value()))
                            .setResult(relation(c.relation()));
        }
        return message.build();
    }

    private static CompareResult relation(Compare.Relation relation) {
        return switch (relation) {
            case EQUAL -> CompareResult.EQUAL;
            case NOT_EQUAL -> CompareResult.NOT_EQUAL;
            case LESS -> CompareResult.LESS;
            case GREATER -> CompareResult.GREATER;
        };
    }

    private static RequestOp op(Op op) {
        var message = RequestOp.newBuilder();
        switch (op) {
            case Op.Put put ->
                    message.setRequestPut(
                            PutRequest.newBuilder()
                                    .setKey(bytes(put.key()))
                                    .setValue(bytes(put.value()))
                                    .setLease(put.lease())
                                    .setPrevKv(put.withPrevious()));
            case Op.Delete delete ->
                    message.setRequestDeleteRange(
                            DeleteRangeRequest.newBuilder()
                                    .setKey(start(delete.key(), delete.end()))
                                    .setRangeEnd(end(delete.end()))
                                    .setPrevKv(delete.withPrevious()));
            case Op.Range(var request) -> message.setRequestRange(range(request));
        }
        return message.build();
    }

    private static UnknownFieldSet number(int field, long value) {
        return UnknownFieldSet.newBuilder()
                .addField(field, UnknownFieldSet.Field.newBuilder().addVarint(value).build())
                .build();
    }
}
