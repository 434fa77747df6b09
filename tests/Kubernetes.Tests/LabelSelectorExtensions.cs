using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>Evaluates label selectors.</summary>
internal static class LabelSelectorExtensions
{
    /// <summary>Whether the selector selects an object with these labels.</summary>
    public static bool Matches(this V1LabelSelector selector, IDictionary<string, string> labels) =>
        selector.MatchExpressions is null ? Matches(selector.MatchLabels, labels)
        : throw new NotSupportedException("This test does not know expressions.");

    /// <summary>Whether an object has all of the wanted labels. An empty selection matches nothing.</summary>
    public static bool Matches(IDictionary<string, string> wanted, IDictionary<string, string> labels) =>
        wanted.Count > 0 && wanted.All(labels.Contains);
}
