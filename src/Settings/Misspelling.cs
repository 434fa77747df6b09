using Microsoft.Extensions.Configuration;

namespace Superhero.Settings;

/// <summary>A variable that is no setting, but nearly has the name of one.</summary>
/// <param name="Variable">The variable.</param>
/// <param name="Meant">The setting that was probably meant.</param>
public sealed record Misspelling(string Variable, string Meant)
{
    // Shorter names are too often near to one another.
    private const int MinLength = 6;

    // One wrong letter in so many makes a name that was probably meant.
    private const int LettersPerMistake = 6;

    /// <summary>Finds those among the variables that are set.</summary>
    /// <param name="known">The names of all settings.</param>
    /// <param name="configuration">The variables.</param>
    public static IEnumerable<Misspelling> Find(IReadOnlyCollection<string> known, IConfiguration configuration) =>
        from variable in configuration.AsEnumerable().Where(one => !string.IsNullOrEmpty(one.Value)).Select(one => one.Key)
        where variable.Length >= MinLength && !variable.StartsWith("AWS_ENDPOINT_URL_", StringComparison.OrdinalIgnoreCase) && !known.Contains(variable, StringComparer.OrdinalIgnoreCase)
        let nearest = known.MinBy(name => Distance(variable.ToUpperInvariant(), name))
        where nearest is not null && Distance(variable.ToUpperInvariant(), nearest) <= Math.Max(1, variable.Length / LettersPerMistake)
        select new Misspelling(variable, nearest);

    // The optimal string alignment distance: letters that are missing, too many, wrong or in exchanged places.
    private static int Distance(string one, string other)
    {
        var distances = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                distances[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                    distances[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[one.Length, other.Length];
    }
}
