using System.Globalization;

namespace Superhero.Silo.Commands;

/// <summary>Texts as a terminal may show them.</summary>
internal static class Terminal
{
    /// <summary>A text without control sequences: whoever can write to Redis could put some for the terminal in it.</summary>
    public static string StripControlCharacters(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));

    /// <summary>A time, in UTC.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
