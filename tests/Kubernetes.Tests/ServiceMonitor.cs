using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>The fields of the Prometheus operator's ServiceMonitor that this project uses; any other field is an error.</summary>
public sealed class ServiceMonitor : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    [JsonPropertyName("kind")]
    public string Kind { get; set; } = "";

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; } = new();

    [JsonPropertyName("spec")]
    public ServiceMonitorSpec Spec { get; set; } = new();
}

/// <summary>Selects Services, and says how to scrape their pods.</summary>
public sealed class ServiceMonitorSpec
{
    [JsonPropertyName("selector")]
    public V1LabelSelector Selector { get; set; } = new();

    [JsonPropertyName("endpoints")]
    public IList<ServiceMonitorEndpoint> Endpoints { get; set; } = [];
}

/// <summary>A port of the Services, and the path to scrape.</summary>
public sealed class ServiceMonitorEndpoint
{
    [JsonPropertyName("port")]
    public string Port { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("interval")]
    public string Interval { get; set; } = "";

    [JsonPropertyName("basicAuth")]
    public ServiceMonitorBasicAuth BasicAuth { get; set; } = new();
}

/// <summary>The keys of user name and password in Secrets.</summary>
public sealed class ServiceMonitorBasicAuth
{
    [JsonPropertyName("username")]
    public V1SecretKeySelector Username { get; set; } = new();

    [JsonPropertyName("password")]
    public V1SecretKeySelector Password { get; set; } = new();
}
