using YamlDotNet.RepresentationModel;

namespace Superhero.Kubernetes.Tests;

/// <summary>Kubernetes' strategic merge, as far as this project's patches need it.</summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";

    // By what the elements of a list are told apart; a list of anything else is replaced.
    private static readonly string[] Keys = ["mountPath", "name"];

    /// <summary>Changes a node to what the patch says.</summary>
    public static void Apply(YamlMappingNode target, YamlMappingNode patch)
    {
        foreach (var (key, value) in patch)
        {
            switch (target.Children.TryGetValue(key, out var old) ? old : null, value)
            {
                case (YamlMappingNode mapping, YamlMappingNode changes):
                    Apply(mapping, changes);
                    break;
                case (YamlSequenceNode list, YamlSequenceNode changes) when changes.All(change => change is YamlMappingNode):
                    Apply(list, changes);
                    break;
                default:
                    target.Children[key] = value;
                    break;
            }
        }
    }

    /// <summary>Whether a patch takes away what it names.</summary>
    public static bool Deletes(YamlMappingNode patch) => patch.Children.TryGetValue(Directive, out var directive)
        && directive is YamlScalarNode { Value: "delete" };

    private static void Apply(YamlSequenceNode list, YamlSequenceNode changes)
    {
        foreach (var change in changes.Cast<YamlMappingNode>())
        {
            var key = Keys.First(key => change.Children.ContainsKey(key));
            var element = (YamlMappingNode?)list.SingleOrDefault(one => one[key].Equals(change[key]));
            if (Deletes(change))
            {
                list.Children.Remove(element ?? throw new InvalidDataException($"There is no {change[key]} to take away."));
            }
            else if (element is null)
            {
                list.Add(change);
            }
            else
            {
                Apply(element, change);
            }
        }
    }
}
