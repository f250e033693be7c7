package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;

/// The sandbox image, made here instead of being pulled: an image of one layer with one static
/// program of about 200 bytes, whose machine code stands below.
///
/// The program is process 1 of a pod whose containers share a process namespace, so it reaps
/// zombies, and it ends at SIGTERM and SIGINT. It blocks these signals and takes them with
/// `rt_sigtimedwait`: a blocked signal is kept even for process 1, which has no default actions.
public final class PauseImage {

    public static final String NAME = "localhost/j8s-pause:1";

    /// x86-64. Signals 2, 15 and 17 are the mask 0x14002; the numbers after `mov eax` are system
    /// calls: 14 rt_sigprocmask, 128 rt_sigtimedwait, 231 exit_group, 61 wait4.
    private static final String CODE =
            """
            68 02400100            push 0x14002
            b8 0e000000            mov eax, 14
            31ff                   xor edi, edi        ; SIG_BLOCK
            4889e6                 mov rsi, rsp
            31d2                   xor edx, edx
            41ba 08000000          mov r10d, 8
            0f05                   syscall
            b8 80000000      wait: mov eax, 128
            4889e7                 mov rdi, rsp
            31f6                   xor esi, esi
            31d2                   xor edx, edx
            41ba 08000000          mov r10d, 8
            0f05                   syscall
            83f8 11                cmp eax, 17         ; SIGCHLD
            740d                   je reap
            85c0                   test eax, eax       ; interrupted
            78e3                   js wait
            b8 e7000000            mov eax, 231
            31ff                   xor edi, edi
            0f05                   syscall
            b8 3d000000      reap: mov eax, 61
            48c7c7 ffffffff        mov rdi, -1
            31f6                   xor esi, esi
            ba 01000000            mov edx, 1          ; WNOHANG
            4531d2                 xor r10d, r10d
            0f05                   syscall
            85c0                   test eax, eax
            7fe4                   jg reap
            ebbc                   jmp wait
            """;

    private static final int ELF_HEADER_BYTES = 64;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final long LOAD_ADDRESS = 0x400000;

    private PauseImage() {}

    /// Writes an archive in the layout of `docker save`, which every importer reads.
    public static void writeArchive(Path file) throws IOException {
        byte[] layer = new TarArchive().file("pause", 0755, program()).end();
        DockerArchive.write(
                file, NAME, layer, "{\"Entrypoint\":[\"/pause\"],\"User\":\"65535:65535\"}");
    }

    /// A static ELF executable: header, one program header that maps the whole file, code.
    static byte[] program() {
        byte[] code = machineCode();
        int size = ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES + code.length;
        var elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        elf.putShort((short) 2).putShort((short) 62).putInt(1); // executable, x86-64, version
        elf.putLong(LOAD_ADDRESS + ELF_HEADER_BYTES + PROGRAM_HEADER_BYTES); // entry point
        elf.putLong(ELF_HEADER_BYTES).putLong(0).putInt(0); // program headers, no sections, flags
        elf.putShort((short) ELF_HEADER_BYTES);
        elf.putShort((short) PROGRAM_HEADER_BYTES).putShort((short) 1);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        elf.putInt(1).putInt(5).putLong(0); // loadable, readable and executable, from offset 0
        elf.putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS);
        elf.putLong(size).putLong(size).putLong(0x1000);
        elf.put(code);
        return elf.array();
    }

    /// The hex digits of each line of [#CODE] up to the column of the mnemonics.
    private static byte[] machineCode() {
        var hex = new StringBuilder();
        CODE.lines().map(line -> line.substring(0, 17).replace(" ", "")).forEach(hex::append);
        return HexFormat.of().parseHex(hex);
    }
}
