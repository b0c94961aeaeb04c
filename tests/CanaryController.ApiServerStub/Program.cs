await Console.Error.WriteLineAsync("Nothing is served yet.");
return 1;
