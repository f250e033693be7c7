package io.j8s.storage.rocks;

import io.j8s.storage.model.StoreException;

import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The open RocksDB with its column families, in little memory: 16 MiB of block cache and at most
/// 24 MiB of memtables, whatever the load. Its LOCK file keeps a second process out.
final class Database implements AutoCloseable {

    private static final long CACHE_BYTES = 16L << 20;
    private static final long MEMTABLES_BYTES = 24L << 20;
    private static final long WAL_BYTES = 64L << 20;

    private final List<AbstractNativeReference> options = new ArrayList<>();
    private final RocksDB db;
    private final ColumnFamilyHandle meta;
    private final ColumnFamilyHandle log;
    private final ColumnFamilyHandle current;
    private final ColumnFamilyHandle versions;

    Database(Path directory) {
        RocksDB.loadLibrary();
        var cache = keep(new LRUCache(CACHE_BYTES));
        var filter = keep(new BloomFilter(10));
        List<ColumnFamilyDescriptor> families =
                List.of(
                        family("default", 1 << 20, cache, filter),
                        family("log", 8 << 20, cache, filter),
                        family("current", 4 << 20, cache, filter),
                        family("versions", 4 << 20, cache, filter));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            Files.createDirectories(directory);
            db = RocksDB.open(dbOptions(), directory.toString(), families, handles);
        } catch (RocksDBException e) {
            closeOptions();
            throw new StoreException.Unavailable(whyNotOpen(directory, e), e);
        } catch (IOException e) {
            closeOptions();
            throw new StoreException.Unavailable(
                    "the data directory " + directory + " cannot be created: " + e.getMessage(), e);
        }
        meta = handles.get(0);
        log = handles.get(1);
        current = handles.get(2);
        versions = handles.get(3);
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle meta() {
        return meta;
    }

    ColumnFamilyHandle log() {
        return log;
    }

    ColumnFamilyHandle current() {
        return current;
    }

    ColumnFamilyHandle versions() {
        return versions;
    }

    byte @Nullable [] meta(byte[] name) {
        try {
            return db.get(meta, name);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// Nothing may use it any more.
    @Override
    public void close() {
        List.of(versions, current, log, meta).forEach(ColumnFamilyHandle::close);
        db.close();
        closeOptions();
    }

    static StoreException failed(RocksDBException e) {
        return new StoreException.Unavailable("the embedded store failed: " + e.getMessage(), e);
    }

    private DBOptions dbOptions() {
        return keep(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setMaxBackgroundJobs(2)
                .setDbWriteBufferSize(MEMTABLES_BYTES)
                .setMaxTotalWalSize(WAL_BYTES)
                .setMaxOpenFiles(256)
                .setKeepLogFileNum(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setStatsDumpPeriodSec(0);
    }

    private ColumnFamilyDescriptor family(
            String name, long memtableBytes, LRUCache cache, BloomFilter filter) {
        var table =
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setBlockSize(16 << 10)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setFilterPolicy(filter);
        var family =
                keep(new ColumnFamilyOptions())
                        .setWriteBufferSize(memtableBytes)
                        .setMaxWriteBufferNumber(2)
                        .setCompressionType(CompressionType.LZ4_COMPRESSION)
                        .setTargetFileSizeBase(16 << 20)
                        .setTableFormatConfig(table);
        return new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), family);
    }

    private <T extends AbstractNativeReference> T keep(T option) {
        options.add(option);
        return option;
    }

    private void closeOptions() {
        options.reversed().forEach(AbstractNativeReference::close);
    }

    private static String whyNotOpen(Path directory, RocksDBException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("lock")) {
            return "the data directory "
                    + directory
                    + " is in use by another process: stop that one or choose another directory";
        }
        return "the data directory " + directory + " cannot be opened: " + message;
    }
}
