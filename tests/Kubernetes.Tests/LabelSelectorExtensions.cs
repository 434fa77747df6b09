using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>What a selector selects.</summary>
internal static class LabelSelectorExtensions
{
    /// <summary>Whether it selects what has these labels.</summary>
    public static bool Matches(this V1LabelSelector selector, IDictionary<string, string> labels) =>
        selector.MatchExpressions is null ? Matches(selector.MatchLabels, labels)
        : throw new NotSupportedException("This project selects by labels alone.");

    /// <summary>Whether these labels, of which there are some, are among those.</summary>
    public static bool Matches(IDictionary<string, string> wanted, IDictionary<string, string> labels) =>
        wanted.Count > 0 && wanted.All(labels.Contains);
}
