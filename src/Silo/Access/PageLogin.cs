using Microsoft.Extensions.Options;

namespace Superhero.Silo.Access;

/// <summary>The user and the password of the pages. A file with the password may be replaced while the silo runs.</summary>
/// <param name="start">The options at the start.</param>
/// <param name="factory">Reads them again.</param>
internal sealed class PageLogin(IOptions<PageOptions> start, IOptionsFactory<PageOptions> factory)
{
    private PageOptions _latest = start.Value;

    /// <summary>Whether a user is needed.</summary>
    public bool IsNeeded => start.Value.User is not null;

    /// <summary>Reads the options again. While they are not allowed, such as during a renewal of a certificate, the last ones count.</summary>
    public PageOptions Read()
    {
        try
        {
            return _latest = factory.Create(Options.DefaultName);
        }
        catch (OptionsValidationException)
        {
            return _latest;
        }
    }
}
