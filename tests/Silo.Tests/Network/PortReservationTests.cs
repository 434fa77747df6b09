using Superhero.Settings;
using Superhero.Silo.Network;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Network;

public class PortReservationTests
{
    [Fact]
    public async Task Silos_that_start_at_once_get_different_ports()
    {
        var first = Ports.Free();
        var reservations = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => PortReservation.Reserve("SILO_PORT", null, first))));
        Assert.Distinct(reservations.Select(reservation => reservation.Port));
        Array.ForEach(reservations, reservation => reservation.Dispose());
    }

    [Fact]
    public void Reserved_port_is_refused_until_the_reservation_ends()
    {
        var port = Ports.Free();
        using (PortReservation.Reserve("SILO_PORT", port, 11111))
        {
            Assert.Throws<SettingException>(() => PortReservation.Reserve("SILO_PORT", port, 11111));
        }

        using var again = PortReservation.Reserve("SILO_PORT", port, 11111);
        Assert.Equal(port, again.Port);
    }
}
