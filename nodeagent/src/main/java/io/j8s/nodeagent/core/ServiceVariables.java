package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The environment variables that tell of Services. Pure. upstream: envvars.FromServices.
public final class ServiceVariables {

    private ServiceVariables() {}

    /// @param inNamespace the pod's own namespace's Services, used when it wants links
    /// @param inDefault those of `default`, of which `kubernetes` is known to every pod
    public static Map<String, String> of(
            List<Service> inNamespace, List<Service> inDefault, boolean wantsLinks) {
        var variables = new LinkedHashMap<String, String>();
        for (var service : inDefault) {
            if (service.getMetadata().getName().equals("kubernetes")) {
                add(service, variables);
            }
        }
        if (wantsLinks) {
            inNamespace.forEach(service -> add(service, variables));
        }
        return variables;
    }

    private static void add(Service service, Map<String, String> variables) {
        var ip = service.getSpec().getClusterIP();
        var ports = service.getSpec().getPorts();
        if (ip == null || ip.isEmpty() || ip.equals("None") || ports.isEmpty()) {
            return;
        }
        var prefix = name(service.getMetadata().getName());
        var first = ports.getFirst();
        variables.put(prefix + "_SERVICE_HOST", ip);
        variables.put(prefix + "_SERVICE_PORT", Integer.toString(first.getPort()));
        for (var port : ports) {
            if (port.getName() != null && !port.getName().isEmpty()) {
                variables.put(
                        prefix + "_SERVICE_PORT_" + name(port.getName()),
                        Integer.toString(port.getPort()));
            }
        }
        variables.put(prefix + "_PORT", url(ip, first));
        for (var port : ports) {
            var link = prefix + "_PORT_" + port.getPort() + "_" + protocol(port);
            variables.put(link, url(ip, port));
            variables.put(link + "_PROTO", protocol(port).toLowerCase(Locale.ROOT));
            variables.put(link + "_PORT", Integer.toString(port.getPort()));
            variables.put(link + "_ADDR", ip);
        }
    }

    private static String url(String ip, ServicePort port) {
        var host = ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
        return protocol(port).toLowerCase(Locale.ROOT) + "://" + host + ":" + port.getPort();
    }

    private static String protocol(ServicePort port) {
        return port.getProtocol() == null ? "TCP" : port.getProtocol();
    }

    private static String name(String name) {
        return name.replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
