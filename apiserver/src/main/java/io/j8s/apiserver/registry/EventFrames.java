package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.WatchItem;
import io.j8s.apiserver.chain.Answers.StatusCodec;
import io.j8s.apiserver.chain.Format;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiated.Form;
import io.j8s.apiserver.registry.Forms.Wanted;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.Statuses;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes watch events. An event that many watchers see alike is written once: its last frame is
/// kept for each form, and known again by identity. Any thread.
public final class EventFrames {

    private static final Negotiated PROTOBUF =
            new Negotiated(Format.PROTOBUF, Form.OBJECT, "", false);

    private final Forms forms;
    private final StatusCodec statuses;
    private final Timers timers;
    private final PumpQueues queues = new PumpQueues();

    public EventFrames(Forms forms, StatusCodec statuses, Timers timers) {
        this.forms = forms;
        this.statuses = statuses;
        this.timers = timers;
    }

    PumpQueues queues() {
        return queues;
    }

    /// The frames of one watch.
    Frames of(ServedResource resource, Wanted wanted) {
        return new Frames(resource, wanted);
    }

    /// A frame and what it was made of.
    private static final class Kept {
        private final WatchItem item;
        private final Negotiated form;
        private final byte[] frame;

        private Kept(WatchItem item, Negotiated form, byte[] frame) {
            this.item = item;
            this.form = form;
            this.frame = frame;
        }
    }

    /// The frames of one watch.
    final class Frames {

        private final ServedResource resource;
        private final Wanted wanted;

        private Frames(ServedResource resource, Wanted wanted) {
            this.resource = resource;
            this.wanted = wanted;
        }

        byte[] changed(WatchItem.Changed changed, boolean first) {
            if (wanted.form().form() == Form.TABLE) {
                return frame(changed, first); // ages and the column head differ
            }
            byte[] kept = resource.frames().get(changed, wanted.form());
            if (kept != null) {
                return kept;
            }
            byte[] frame = frame(changed, first);
            resource.frames().put(changed, wanted.form(), frame);
            return frame;
        }

        private byte[] frame(WatchItem.Changed changed, boolean first) {
            if (wanted.isPlain(resource)) {
                return plain(changed);
            }
            // a Table tells ages: of now, not of the watch's beginning
            var fresh = new Wanted(wanted.form(), wanted.includeObject(), false, timers.now());
            return event(
                    changed.type().name(),
                    forms.eventObject(resource, changed.object(), fresh, first));
        }

        byte[] bookmark(WatchItem.Bookmark bookmark) {
            return event(
                    "BOOKMARK",
                    forms.bookmark(
                            resource, bookmark.revision(), bookmark.initialEventsEnd(), wanted));
        }

        byte[] error(ApiError error) {
            var status = Statuses.of(error);
            boolean isProtobuf = wanted.form().format() == Format.PROTOBUF;
            byte[] object =
                    isProtobuf
                            ? statuses.write(status, PROTOBUF)
                            : status.toJson().strip().getBytes(StandardCharsets.UTF_8);
            return event("ERROR", object);
        }

        private byte[] event(String type, byte[] object) {
            return switch (wanted.form().format()) {
                case PROTOBUF -> protobuf(type, object);
                case JSON -> json(type, object);
                case YAML -> yaml(json(type, object));
            };
        }

        private byte[] yaml(byte[] json) {
            String text = new String(forms.text(json, wanted.form()), StandardCharsets.UTF_8);
            return ("---\n" + text.stripTrailing()).getBytes(StandardCharsets.UTF_8);
        }
    }

    private static byte[] plain(WatchItem.Changed changed) {
        byte[] head = head(changed.type().name());
        byte[] frame = new byte[head.length + changed.object().size() + 1];
        System.arraycopy(head, 0, frame, 0, head.length);
        int[] at = {head.length};
        changed.object()
                .writeTo((bytes, offset, length) -> {
                    System.arraycopy(bytes, offset, frame, at[0], length);
                    at[0] += length;
                });
        frame[at[0]] = '}';
        return frame;
    }

    private static byte[] head(String type) {
        return ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] json(String type, byte[] object) {
        byte[] head = head(type);
        byte[] frame = new byte[head.length + object.length + 1];
        System.arraycopy(head, 0, frame, 0, head.length);
        System.arraycopy(object, 0, frame, head.length, object.length);
        frame[frame.length - 1] = '}';
        return frame;
    }

    /// `metav1.WatchEvent{1 type, 2 object RawExtension{1 raw}}`, without an envelope of its own;
    /// the object has its.
    private static byte[] protobuf(String type, byte[] object) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        int inner = 1 + varintSize(object.length) + object.length;
        var out = new ByteArrayOutputStream(inner + name.length + 16);
        out.write(0x0a);
        varint(out, name.length);
        out.writeBytes(name);
        out.write(0x12);
        varint(out, inner);
        out.write(0x0a);
        varint(out, object.length);
        out.writeBytes(object);
        return out.toByteArray();
    }

    private static int varintSize(int value) {
        return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /// The last frame of each form of a resource's events. One entry a form suffices: all watchers
    /// of a change are served before the next ones matter.
    static final class LastFrames {

        private volatile @Nullable Kept plain;
        private volatile @Nullable Kept other;

        @SuppressWarnings("ReferenceEquality") // the cache shares one item among its watchers
        byte @Nullable [] get(WatchItem item, Negotiated form) {
            var kept = form.isPlainJson() ? plain : other;
            return kept != null && kept.item == item && kept.form.equals(form) ? kept.frame : null;
        }

        void put(WatchItem item, Negotiated form, byte[] frame) {
            var kept = new Kept(item, form, frame);
            if (form.isPlainJson()) {
                plain = kept;
            } else {
                other = kept;
            }
        }
    }
}
