using Superhero.Silo;

return await SiloCommandLine.Run(args);
