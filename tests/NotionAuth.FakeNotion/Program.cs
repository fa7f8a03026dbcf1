System.Console.WriteLine("FakeNotion");
