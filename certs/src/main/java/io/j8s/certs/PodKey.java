package io.j8s.certs;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/// A fresh key for a pod's certificate, and the proof that its maker has it: a PKCS #10 request
/// that says nothing but the key. upstream: generateKeyAndProof
public final class PodKey {

    private static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");

    private final KeyPair pair;
    private final String signature;
    private final AlgorithmIdentifier algorithm;

    private PodKey(KeyPair pair, String signature, AlgorithmIdentifier algorithm) {
        this.pair = pair;
        this.signature = signature;
        this.algorithm = algorithm;
    }

    /// @param keyType as the API names it, for instance `ECDSAP256`
    public static PodKey generate(String keyType) throws GeneralSecurityException {
        return switch (keyType) {
            case "RSA3072" -> rsa(3072);
            case "RSA4096" -> rsa(4096);
            case "ECDSAP256" ->
                    elliptic("secp256r1", "SHA256withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA256);
            case "ECDSAP384" ->
                    elliptic("secp384r1", "SHA384withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA384);
            case "ECDSAP521" ->
                    elliptic("secp521r1", "SHA512withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA512);
            case "ED25519" ->
                    new PodKey(
                            KeyPairGenerator.getInstance("Ed25519").generateKeyPair(),
                            "Ed25519",
                            new AlgorithmIdentifier(ED25519));
            default -> throw new GeneralSecurityException("unknown key type \"" + keyType + "\"");
        };
    }

    private static PodKey rsa(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return new PodKey(
                generator.generateKeyPair(),
                "SHA256withRSA",
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE));
    }

    private static PodKey elliptic(String curve, String signature, ASN1ObjectIdentifier algorithm)
            throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return new PodKey(
                generator.generateKeyPair(), signature, new AlgorithmIdentifier(algorithm));
    }

    /// PKCS #8 as PEM.
    public String pem() {
        return Pem.key(pair.getPrivate());
    }

    /// The request as DER.
    public byte[] request() throws GeneralSecurityException {
        var info =
                new CertificationRequestInfo(
                        new X500Name(new org.bouncycastle.asn1.x500.RDN[0]),
                        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                        new DERSet());
        try {
            var signer = Signature.getInstance(signature);
            signer.initSign(pair.getPrivate());
            signer.update(info.getEncoded(ASN1Encoding.DER));
            return new DERSequence(
                            new ASN1Encodable[] {info, algorithm, new DERBitString(signer.sign())})
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new GeneralSecurityException("cannot encode request", e);
        }
    }
}
