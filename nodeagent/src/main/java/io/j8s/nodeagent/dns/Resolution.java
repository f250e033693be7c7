package io.j8s.nodeagent.dns;

import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

import java.util.List;

/// Answers one question: from the cluster's zone where it is in charge, else from others. May block
/// while others are asked.
final class Resolution {

    private final ClusterZone zone;
    private final Forwarder forwarder;

    Resolution(ClusterZone zone, Forwarder forwarder) {
        this.zone = zone;
        this.forwarder = forwarder;
    }

    Message answer(Message query) {
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        if (query.getHeader().getFlag(Flags.RD)) {
            answer.getHeader().setFlag(Flags.RD);
        }
        answer.getHeader().setFlag(Flags.RA);
        if (query.getHeader().getOpcode() != Opcode.QUERY) {
            answer.getHeader().setRcode(Rcode.NOTIMP);
            return answer;
        }
        Record question = query.getQuestion();
        if (question == null) {
            answer.getHeader().setRcode(Rcode.FORMERR);
            return answer;
        }
        answer.addRecord(question, Section.QUESTION);
        switch (zone.answer(question.getName(), question.getType())) {
            case ClusterZone.Answer.Found(var records, var additional) ->
                    own(answer, question, records, additional);
            case ClusterZone.Answer.NoSuchName() -> {
                answer.getHeader().setFlag(Flags.AA);
                answer.getHeader().setRcode(Rcode.NXDOMAIN);
                answer.addRecord(zone.soa(), Section.AUTHORITY);
            }
            case ClusterZone.Answer.NotOurs() -> forwarded(answer, question);
        }
        return answer;
    }

    private void own(
            Message answer, Record question, List<Record> records, List<Record> additional) {
        answer.getHeader().setFlag(Flags.AA);
        if (records.isEmpty()) {
            answer.addRecord(zone.soa(), Section.AUTHORITY);
        }
        records.forEach(record -> answer.addRecord(record, Section.ANSWER));
        additional.forEach(record -> answer.addRecord(record, Section.ADDITIONAL));
        boolean isAlias =
                records.size() == 1
                        && records.getFirst() instanceof CNAMERecord
                        && question.getType() != Type.CNAME;
        if (isAlias) {
            follow(answer, question, (CNAMERecord) records.getFirst());
        }
    }

    /// An ExternalName's target is looked up too, so that clients need not ask again.
    private void follow(Message answer, Record question, CNAMERecord alias) {
        var target = Record.newRecord(alias.getTarget(), question.getType(), DClass.IN);
        var inside = zone.answer(target.getName(), target.getType());
        if (inside instanceof ClusterZone.Answer.Found(var records, var _)) {
            records.forEach(record -> answer.addRecord(record, Section.ANSWER));
        } else if (inside instanceof ClusterZone.Answer.NotOurs
                && forwarder.ask(target) instanceof Forwarder.Outcome.Answered(var outside)) {
            outside.getSection(Section.ANSWER)
                    .forEach(record -> answer.addRecord(record, Section.ANSWER));
        }
    }

    private void forwarded(Message answer, Record question) {
        switch (forwarder.ask(question)) {
            case Forwarder.Outcome.Answered(var outside) -> {
                answer.getHeader().setRcode(outside.getRcode());
                for (int section : List.of(Section.ANSWER, Section.AUTHORITY)) {
                    outside.getSection(section)
                            .forEach(record -> answer.addRecord(record, section));
                }
            }
            case Forwarder.Outcome.Refused() -> answer.getHeader().setRcode(Rcode.REFUSED);
            case Forwarder.Outcome.Failed() -> answer.getHeader().setRcode(Rcode.SERVFAIL);
        }
    }
}
