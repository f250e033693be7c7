package io.j8s.cli.startup;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.runtime.ObjectMethods;
import java.lang.runtime.SwitchBootstraps;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes out what switches with patterns and the `equals` and `hashCode` of records leave to the
/// JVM to make at their first call ([SwitchBootstraps], [ObjectMethods]). The start-up cache keeps
/// what lambdas and string concatenations are linked to, but not these: each would cost every start
/// two to five thousandths of a second, and a start meets more than a hundred of them. The methods
/// made do what the two classes promise.
final class DirectCalls implements ClassRewriting {

    private static final ClassFile FORM = ClassFile.of();
    private static final ClassDesc SWITCHES = desc(SwitchBootstraps.class);
    private static final ClassDesc RECORDS = desc(ObjectMethods.class);
    private static final ClassDesc OBJECTS = desc(Objects.class);
    private static final MethodTypeDesc EQUALS =
            MethodTypeDesc.of(
                    ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object);
    private static final int PRIVATE =
            ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;

    /// A method in the place of a call that the JVM would link.
    ///
    /// @param type its parameters and result, as those of the call
    private record Direct(String name, MethodTypeDesc type, Consumer<CodeBuilder> body) {}

    @Override
    public Optional<byte[]> rewrite(byte[] content) {
        var text = new String(content, StandardCharsets.ISO_8859_1);
        if (!text.contains("SwitchBootstraps") && !text.contains("ObjectMethods")) {
            return Optional.empty();
        }
        var found = FORM.parse(content);
        // by what they are made of: a builder may go over a method's code more than once
        var made = new LinkedHashMap<List<ConstantDesc>, Direct>();
        var calls =
                ClassTransform.transformingMethodBodies((code, element) -> {
                    var direct =
                            element instanceof InvokeDynamicInstruction call
                                    ? direct(call, made)
                                    : Optional.<Direct>empty();
                    direct.ifPresentOrElse(
                            method -> call(code, found, method), () -> code.with(element));
                });
        var rewritten =
                FORM.transformClass(
                        found,
                        calls.andThen(
                                ClassTransform.endHandler(builder ->
                                        made.values().forEach(method -> add(builder, method)))));
        return made.isEmpty() ? Optional.empty() : Optional.of(rewritten);
    }

    private static void call(CodeBuilder code, ClassModel owner, Direct method) {
        code.invokestatic(
                owner.thisClass().asSymbol(),
                method.name(),
                method.type(),
                owner.flags().has(AccessFlag.INTERFACE));
    }

    private static void add(ClassBuilder builder, Direct method) {
        builder.withMethodBody(method.name(), method.type(), PRIVATE, method.body());
    }

    private static Optional<Direct> direct(
            InvokeDynamicInstruction call, Map<List<ConstantDesc>, Direct> made) {
        var linker = call.bootstrapMethod().owner();
        var name = call.name().stringValue();
        var arguments = call.bootstrapArgs();
        boolean isSwitch = linker.equals(SWITCHES) && isPlain(call);
        boolean isRecord =
                linker.equals(RECORDS) && (name.equals("equals") || name.equals("hashCode"));
        if (!isSwitch && !isRecord) {
            return Optional.empty();
        }
        var key = new ArrayList<ConstantDesc>(arguments);
        key.addFirst(call.typeSymbol());
        key.addFirst(name);
        return Optional.of(
                made.computeIfAbsent(
                        key,
                        _ -> {
                            var own = name + "$direct" + made.size();
                            return isSwitch
                                    ? new Direct(own, call.typeSymbol(), code -> select(code, call))
                                    : ofRecord(own, call);
                        }));
    }

    /// Types and texts, which are names of constants where an enum is selected; other labels are
    /// for numbers.
    private static boolean isPlain(InvokeDynamicInstruction call) {
        return !selected(call).isPrimitive()
                && (isOfEnum(call) || call.name().equalsString("typeSwitch"))
                && call.bootstrapArgs().stream()
                        .allMatch(label ->
                                (label instanceof ClassDesc type && !type.isPrimitive())
                                        || label instanceof String);
    }

    private static boolean isOfEnum(InvokeDynamicInstruction call) {
        return call.name().equalsString("enumSwitch");
    }

    private static ClassDesc selected(InvokeDynamicInstruction call) {
        return call.typeSymbol().parameterType(0);
    }

    private static Direct ofRecord(String own, InvokeDynamicInstruction call) {
        var type = (ClassDesc) call.bootstrapArgs().getFirst();
        var fields =
                call.bootstrapArgs().stream()
                        .skip(2) // the record and its fields' names
                        .map(DirectMethodHandleDesc.class::cast)
                        .toList();
        return new Direct(
                own,
                call.typeSymbol(),
                call.name().equalsString("equals")
                        ? code -> compare(code, type, fields)
                        : code -> hash(code, fields));
    }

    /// -1 for null, the index of the first label from the given one on that the object is of or is,
    /// or the number of labels.
    private static void select(CodeBuilder code, InvokeDynamicInstruction call) {
        var labels = call.bootstrapArgs();
        var isThere = code.newLabel();
        code.aload(0).ifnonnull(isThere).iconst_m1().ireturn().labelBinding(isThere);
        for (int i = 0; i < labels.size(); i++) {
            var next = code.newLabel();
            code.iload(1).loadConstant(i).if_icmpgt(next).aload(0);
            if (labels.get(i) instanceof ClassDesc type) {
                code.instanceOf(type).ifeq(next);
            } else if (isOfEnum(call)) {
                code.getstatic(selected(call), (String) labels.get(i), selected(call))
                        .if_acmpne(next);
            } else {
                code.loadConstant(labels.get(i)).invokestatic(OBJECTS, "equals", EQUALS).ifeq(next);
            }
            code.loadConstant(i).ireturn().labelBinding(next);
        }
        code.loadConstant(labels.size()).ireturn();
    }

    private static void hash(CodeBuilder code, List<DirectMethodHandleDesc> fields) {
        code.iconst_0();
        for (var field : fields) {
            code.loadConstant(31).imul().aload(0);
            var type = get(code, field);
            if (type.isPrimitive()) {
                code.invokestatic(
                        boxOf(type), "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int, type));
            } else {
                code.invokestatic(
                        OBJECTS,
                        "hashCode",
                        MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_Object));
            }
            code.iadd();
        }
        code.ireturn();
    }

    private static void compare(
            CodeBuilder code, ClassDesc record, List<DirectMethodHandleDesc> fields) {
        var isOther = code.newLabel();
        var isSameType = code.newLabel();
        var differs = code.newLabel();
        code.aload(0).aload(1).if_acmpne(isOther).iconst_1().ireturn().labelBinding(isOther);
        code.aload(1).instanceOf(record).ifne(isSameType);
        code.labelBinding(differs).iconst_0().ireturn();
        code.labelBinding(isSameType);
        for (var field : fields) {
            code.aload(0);
            get(code, field);
            code.aload(1).checkcast(record);
            var type = get(code, field);
            switch (type.descriptorString()) {
                case "Z", "B", "S", "C", "I" -> code.if_icmpne(differs);
                case "J" -> code.lcmp().ifne(differs);
                case "F", "D" ->
                        code.invokestatic(
                                        boxOf(type),
                                        "compare",
                                        MethodTypeDesc.of(ConstantDescs.CD_int, type, type))
                                .ifne(differs);
                default -> code.invokestatic(OBJECTS, "equals", EQUALS).ifeq(differs);
            }
        }
        code.iconst_1().ireturn();
    }

    private static ClassDesc get(CodeBuilder code, DirectMethodHandleDesc field) {
        var type = field.invocationType().returnType();
        code.getfield(field.owner(), field.methodName(), type);
        return type;
    }

    private static ClassDesc boxOf(ClassDesc primitive) {
        return switch (primitive.descriptorString()) {
            case "Z" -> ConstantDescs.CD_Boolean;
            case "B" -> ConstantDescs.CD_Byte;
            case "S" -> ConstantDescs.CD_Short;
            case "C" -> ConstantDescs.CD_Character;
            case "I" -> ConstantDescs.CD_Integer;
            case "J" -> ConstantDescs.CD_Long;
            case "F" -> ConstantDescs.CD_Float;
            case "D" -> ConstantDescs.CD_Double;
            default -> throw new IllegalArgumentException(primitive.displayName());
        };
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
