using System.Text.Json;
using System.Text.Json.Nodes;
using Superhero.Settings;

namespace Superhero.Simulator.Heroes;

/// <summary>The public Super Hero API.</summary>
public static class SuperheroApi
{
    /// <summary>Fetches all heroes, one after the other, until there is no next one.</summary>
    /// <param name="options">The token to ask with.</param>
    /// <param name="progress">Told of each hero.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <exception cref="SettingException">API_TOKEN is not set.</exception>
    /// <exception cref="RosterException">The API can't be reached or answers something else.</exception>
    public static async Task<Roster> PullAsync(SuperheroApiOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var token = options.Token ?? throw new SettingException("API_TOKEN", "", "a token of the Super Hero API");
        using var http = new HttpClient();
        var heroes = new JsonArray();
        try
        {
            for (var id = 1; ; id++)
            {
                var hero = JsonNode.Parse(await http.GetStringAsync(
                    new Uri($"https://www.superheroapi.com/api/{Uri.EscapeDataString(token)}/{id}"), cancellationToken))!;
                if ((string?)hero["error"] is { } error)
                {
                    return error == "invalid id" ? Roster.Parse(heroes.ToJsonString()) : throw new RosterException($"The Super Hero API says: {error}");
                }

                progress($"{id}: {hero["name"]}");
                heroes.Add(hero);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            throw new RosterException($"The Super Hero API can't be read: {exception.Message}");
        }
    }
}
