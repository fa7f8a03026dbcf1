BeforeDiscovery { Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force }

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Support/NotionAuth.TestSupport.psm1') -Force
    Initialize-NotionAuthTest
    $fake = Start-FakeNotion
    $callbackPort = ([uri]$fake.RedirectUri).Port
}

AfterAll { Stop-FakeNotion $fake }

Describe 'Connect-NotionWorkspace with a <Kind> vault' -ForEach (Get-VaultKind) {
    BeforeAll { $vault = New-TestVault -Kind $Kind }

    Context 'when something is wrong' {
        BeforeAll {
            $vault = New-TestVault -Kind $Kind
            $kept = New-FakeApp
            $null = Set-Person visit
            $arguments = $kept.SignIn
            $keptConnection = Connect-NotionWorkspace @arguments 6>$null
            $before = Get-VaultContent
        }

        AfterEach {
            Clear-FakeFault
            Get-VaultContent | Should -BeExactly $before -Because 'what was stored before must still be there'
            (Get-NotionConnection -Current).BotId | Should -BeExactly $keptConnection.BotId -Because (
                'a failed sign-in must not change the current connection'
            )
            (Invoke-NotionRequest users/me -Connection $keptConnection.Name).id |
                Should -BeExactly $keptConnection.BotId -Because 'what was stored before must still be usable'
        }

        It 'names the connections that come near an unknown one' {
            $typo = $keptConnection.Name.Replace('Workspace', 'Wrokspace')
            Assert-NotionError {
                Connect-NotionWorkspace -Name $typo
            } -Id ConnectionNotFound -Category ObjectNotFound -Says (
                "Did you mean '$([regex]::Escape($keptConnection.Name))'"
            ) -Advises 'Get-NotionConnection'
        }

        It 'reports a wrong client secret before a browser opens' {
            $app = New-FakeApp
            $person = Set-Person visit
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId $app.ClientId -ClientSecret (
                    ConvertTo-Secret 'secret_wrong'
                ) -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null
            } -Id InvalidClient -Category AuthenticationError -Advises 'client secret'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a remembered client secret that Notion does not take any more, in the browser too' {
            $app = New-FakeApp
            $arguments = $app.SignIn
            $null = Set-Person visit
            $made = Connect-NotionWorkspace @arguments -SessionOnly 6>$null
            Set-FakeApp $app @{ clientSecret = 'secret_ChangedAtNotionSinceThen00000000001' }
            $person = Set-Person visit
            Assert-NotionError {
                Connect-NotionWorkspace @arguments -SessionOnly 6>$null
            } -Id InvalidClient -Category AuthenticationError -Advises 'client secret'
            Get-PersonPage $person | Should -Match 'Notion is not connected'
            Get-PersonStatus $person | Should -Be 400
            Revoke-NotionToken -Connection $made.BotId -LocalOnly -Confirm:$false
        }

        It 'does not remember a client secret that was wrong' {
            @(Get-SecretInfo -Vault $vault.Name -Name 'NotionAuth-app-*').Count | Should -Be 1
        }

        It 'reports an unknown client id before a browser opens' {
            $person = Set-Person visit
            Set-FakeBehavior @{ authorizeErrorsInPlace = $true }
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId ([guid]::NewGuid()) -ClientSecret (
                    ConvertTo-Secret 'secret_x'
                ) -RedirectUri $fake.RedirectUri -BaseUri $fake.BaseUri -TimeoutSec 20 6>$null
            } -Id InvalidClient -Category AuthenticationError -Advises 'my-integrations'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a redirect URI that is not registered, character for character, before a browser opens' {
            $app = New-FakeApp
            $person = Set-Person visit
            $uri = "$($fake.RedirectUri)/"
            $arguments = $app.SignIn + @{}
            $arguments.RedirectUri = $uri
            $pattern = [regex]::Escape($uri)
            Set-FakeBehavior @{ authorizeErrorsInPlace = $true }
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id RedirectUriNotRegistered -Category InvalidArgument -Says $pattern -Advises $pattern
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports the time-out, with the URI to register, where Notion says so on a page of its own' {
            $app = New-FakeApp
            $null = Set-Person visit
            $uri = "$($fake.RedirectUri)/"
            $arguments = $app.SignIn + @{}
            $arguments.RedirectUri = $uri
            $arguments.TimeoutSec = 2
            Set-FakeBehavior @{ authorizeErrorsInPlace = $false }
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id CallbackTimeout -Category OperationTimeout -Advises "register exactly $([regex]::Escape($uri))"
        }

        It 'reports that consent was denied, in the browser too' {
            $arguments = (New-FakeApp -Approval off).SignIn
            $person = Set-Person deny
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id AccessDenied -Category PermissionDenied -Advises 'Connect-NotionWorkspace'
            Get-PersonPage $person | Should -Match 'Access was not granted'
        }

        It 'reports a callback with error=<Code> as <Id>' -ForEach @(
            @{ Code = 'invalid_request'; Id = 'InvalidRequest'; Category = 'InvalidArgument' }
            @{ Code = 'unauthorized_client'; Id = 'UnauthorizedClient'; Category = 'AuthenticationError' }
            @{ Code = 'unsupported_response_type'; Id = 'UnsupportedResponseType'; Category = 'InvalidArgument' }
            @{ Code = 'invalid_scope'; Id = 'InvalidScope'; Category = 'InvalidArgument' }
            @{ Code = 'server_error'; Id = 'ServerError'; Category = 'ResourceUnavailable' }
            @{ Code = 'temporarily_unavailable'; Id = 'TemporarilyUnavailable'; Category = 'ResourceUnavailable' }
        ) {
            $arguments = (New-FakeApp).SignIn
            $person =
                Set-Person "callback error=$Code&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state={state}"
            Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id $Id -Category $Category
            Get-PersonPage $person |
                Should -Not -Match '<script' -Because 'what Notion says of an error is foreign text'
        }

        It 'refuses a callback with <What> and says why when no other callback comes' -ForEach @(
            @{ What = 'a wrong state'; Query = 'code=stolen-code&state=wrong'; Id = 'StateMismatch' }
            @{ What = 'no state'; Query = 'code=stolen-code'; Id = 'StateMissing' }
            @{ What = 'a repeated state'; Query = 'code=stolen-code&state={state}&state={state}'; Id = 'StateRepeated' }
        ) {
            $arguments = (New-FakeApp).SignIn + @{}
            $arguments.TimeoutSec = 2
            Clear-FakeRequest
            $person = Set-Person "callback $Query"
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 3>$null 6>$null
            } -Id $Id -Category AuthenticationError -Says 'refused'
            Get-PersonStatus $person | Should -Be 400
            (Get-FakeRequest '/v1/oauth/token').Count |
                Should -Be 0 -Because 'a code without the right state is not Notion''s answer'
        }

        It 'reports a callback that has a code and an error' {
            $arguments = (New-FakeApp).SignIn
            $null = Set-Person 'callback code=a&error=access_denied&state={state}'
            Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id InvalidCallback -Category InvalidData
        }

        It 'reports a code that Notion does not know' {
            $arguments = (New-FakeApp).SignIn
            $null = Set-Person 'callback code=made-up-code-000&state={state}'
            $record = Get-ErrorOf { Connect-NotionWorkspace @arguments 6>$null }
            Assert-NotionError -Record $record -Id InvalidGrant -Category AuthenticationError
            "$record" | Should -Not -Match 'made-up-code-000'
        }

        It 'reports that the callback did not come in time' {
            $arguments = (New-FakeApp).SignIn + @{}
            $arguments.TimeoutSec = 2
            $null = Set-Person nothing
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id CallbackTimeout -Category OperationTimeout -Says (
                [regex]::Escape($fake.RedirectUri)
            ) -Advises '-TimeoutSec'
        }

        It 'reports that the port of every redirect URI is taken' {
            $port = Get-FreePort
            $app = New-FakeApp -RedirectUri "http://localhost:$port/callback"
            $arguments = $app.SignIn
            $listeners = foreach ($taken in $callbackPort, $port) {
                $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $taken)
                $listener.Start()
                $listener
            }

            try {
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments 6>$null
                } -Id PortInUse -Category ResourceBusy -Says "$callbackPort.*$port" -Advises '-RedirectUri'
            }
            finally {
                foreach ($listener in $listeners) { $listener.Stop() }
            }
        }

        It 'reports that there is no browser' {
            $arguments = (New-FakeApp).SignIn
            $env:BROWSER = $null
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id BrowserUnavailable -Category NotInstalled -Advises '-NoBrowser|-PasteCallback'
        }

        It 'reports a browser that can not be started' {
            $arguments = (New-FakeApp).SignIn
            try {
                $env:BROWSER = '/bin/false'
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments 6>$null
                } -Id BrowserFailed -Category InvalidOperation -Says '/bin/false' -Advises '-NoBrowser'
            }
            finally {
                $env:BROWSER = $null
            }
        }

        It 'reports a token with <What> in it, and does not repeat it' -ForEach @(
            @{ What = 'a line break'; Text = "ntn_firsthalf`r`nsecondhalf" }
            @{ What = 'a blank'; Text = 'ntn_firsthalf secondhalf' }
            @{ What = 'a letter that no token has'; Text = 'ntn_firsthälf' }
        ) {
            Clear-FakeRequest
            $record = Get-ErrorOf { Connect-NotionWorkspace -Token (ConvertTo-Secret $Text) -BaseUri $fake.BaseUri }
            Assert-NotionError -Record $record -Id InvalidToken -Category InvalidArgument
            ($record | Format-List * -Force | Out-String) | Should -Not -Match 'firsth'
            (Get-FakeRequest).Count | Should -Be 0
        }

        It 'reports an empty token: <What>' -ForEach @{ What = 'nothing'; Text = '' },
                @{ What = 'blanks and a line break'; Text = " `r`n" } {
            Assert-NotionError {
                Connect-NotionWorkspace -Token (ConvertTo-Secret $Text) -BaseUri $fake.BaseUri
            } -Id InvalidToken -Category InvalidArgument -Says 'empty'
        }

        It 'reports a token of the wrong kind' {
            Assert-NotionError {
                Connect-NotionWorkspace -Token (
                    ConvertTo-Secret 'nrt_ARefreshToken0000000000000'
                ) -BaseUri $fake.BaseUri
            } -Id WrongTokenKind -Category InvalidArgument -Says 'refresh token'
        }

        It 'refuses a token as plain text, and does not repeat it' {
            $record = Get-ErrorOf { Connect-NotionWorkspace -Token 'ntn_PlainTextToken00000' -BaseUri $fake.BaseUri }
            $record.FullyQualifiedErrorId | Should -Match 'ParameterArgumentTransformationError'
            "$record" | Should -Match 'SecureString'
            "$record" | Should -Not -Match 'PlainTextToken'
        }

        It 'reports a token that Notion rejects' {
            Assert-NotionError {
                Connect-NotionWorkspace -Token (
                    ConvertTo-Secret 'ntn_NobodyKnowsThisOne000000000'
                ) -BaseUri $fake.BaseUri
            } -Id Unauthorized -Category AuthenticationError
        }

        It 'reports an empty environment' {
            Assert-NotionError {
                Connect-NotionWorkspace -FromEnvironment -BaseUri $fake.BaseUri
            } -Id MissingEnvironmentToken -Category InvalidArgument -Says 'NOTION_TOKEN.*NOTION_API_TOKEN'
        }

        It 'refuses the base URI <Uri>' -ForEach @(
            @{ Uri = 'http://notion.example.com' }, @{ Uri = 'ftp://localhost' },
            @{ Uri = 'https://user@api.notion.com' }, @{ Uri = 'https://api.notion.com/v1' }, @{ Uri = 'notion' }
        ) {
            $token = New-FakeToken
            Assert-NotionError {
                Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $Uri
            } -Id InvalidBaseUri -Category InvalidArgument -Advises 'https'
        }

        It 'reports that there is no network before a browser opens' {
            $app = New-FakeApp
            $person = Set-Person visit
            $arguments = $app.SignIn + @{}
            $arguments.BaseUri = "http://localhost:$(Get-FreePort)"
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id ConnectionFailed -Category ConnectionError -Advises 'network'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a client that is not known at all' {
            $vault2 = New-TestVault -Kind NoMetadata -Name Empty -Beside -NotDefault
            Assert-NotionError {
                Connect-NotionWorkspace -Vault $vault2.Name -BaseUri $fake.BaseUri -TimeoutSec 20
            } -Id MissingClient -Category InvalidArgument -Advises '-ClientId'
            Remove-TestVault Empty
        }

        It 'reports a client secret that is not known, and does not ask where no person can answer' {
            $result = Invoke-InRunspace {
                Connect-NotionWorkspace -ClientId 11111111-2222-4333-8444-555555555555 -BaseUri $baseUri -TimeoutSec 20
            } @{ baseUri = $fake.BaseUri }
            $expected = @{ Id = 'MissingClient'; Says = '11111111-2222'; Advises = '-ClientSecret' }
            Assert-NotionError -Record $result.Errors[0] -Category InvalidArgument @expected
        }

        It 'does not use the secret in the environment for another client id' {
            try {
                $env:NOTION_CLIENT_ID, $env:NOTION_CLIENT_SECRET = 'another-client', 'secret_of_another_client'
                $result = Invoke-InRunspace {
                    $client = '11111111-2222-4333-8444-555555555555'
                    Connect-NotionWorkspace -ClientId $client -BaseUri $baseUri -TimeoutSec 20
                } @{ baseUri = $fake.BaseUri }
                Assert-NotionError -Record $result.Errors[0] -Id MissingClient -Category InvalidArgument
            }
            finally {
                $env:NOTION_CLIENT_ID = $env:NOTION_CLIENT_SECRET = $null
            }
        }

        It 'refuses the client id <Text>' -ForEach @{ Text = 'a/b' }, @{ Text = '*' }, @{ Text = 'with blank' } {
            Assert-NotionError {
                Connect-NotionWorkspace -ClientId $Text -ClientSecret (
                    ConvertTo-Secret x
                ) -BaseUri $fake.BaseUri -TimeoutSec 20
            } -Id InvalidClientId -Category InvalidArgument
        }

        It 'refuses the connection name <Text>' -ForEach @{ Text = 'a*' }, @{ Text = '[x]' }, @{ Text = "line`nbreak" },
                @{ Text = ' ' }, @{ Text = 'x' * 101 } {
            $token = New-FakeToken
            Assert-NotionError {
                Connect-NotionWorkspace -Name $Text -Token $token.SignIn.Token -BaseUri $fake.BaseUri
            } -Id InvalidName -Category InvalidArgument
        }

        It 'refuses the Notion-Version <Text>' -ForEach @{ Text = 'latest' }, @{ Text = '2026-13-01' } {
            $token = New-FakeToken
            Assert-NotionError {
                Connect-NotionWorkspace -Token $token.SignIn.Token -BaseUri $fake.BaseUri -NotionVersion $Text
            } -Id InvalidNotionVersion -Category InvalidArgument -Advises '2026-03-11'
        }

        It 'refuses the redirect URI <Text>' -ForEach @(
            @{ Text = 'https://localhost:8914/callback' }, @{ Text = 'http://example.com:8914/callback' },
            @{ Text = 'http://localhost/callback' }, @{ Text = 'http://localhost:8914/callback?x=1' },
            @{ Text = 'callback' }
        ) {
            $app = New-FakeApp
            $arguments = $app.SignIn + @{}
            $arguments.RedirectUri = $Text
            Assert-NotionError {
                Connect-NotionWorkspace @arguments 6>$null
            } -Id InvalidRedirectUri -Category InvalidArgument -Advises 'localhost:8914'
        }

        It 'refuses a redirect URI in the environment that is none' {
            $app = New-FakeApp
            try {
                $env:NOTION_REDIRECT_URI = 'not a uri'
                $arguments = $app.SignIn + @{}
                $arguments.Remove('RedirectUri')
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments 6>$null
                } -Id InvalidRedirectUri -Category InvalidArgument
            }
            finally {
                $env:NOTION_REDIRECT_URI = $null
            }
        }

        It 'does not wait for a person in a host that has none: <What>' -ForEach @(
            @{ What = 'a sign-in without -TimeoutSec'; More = @{} }
            @{ What = '-PasteCallback'; More = @{ PasteCallback = $true; TimeoutSec = 20 } }
        ) {
            $arguments = (New-FakeApp).SignIn + @{}
            $arguments.Remove('TimeoutSec')
            $arguments += $More
            $person = Set-Person visit
            $result = Invoke-InRunspace { Connect-NotionWorkspace @arguments } @{ arguments = $arguments }
            Assert-NotionError -Record $result.Errors[0] -Id NotInteractive -Category InvalidOperation -Advises '-Name'
            Join-Path $person address | Should -Not -Exist
        }

        It 'reports a reply that is no token reply' {
            $arguments = (New-FakeApp).SignIn
            Add-FakeFault @{ path = '/v1/oauth/token'; status = 200; body = '{"access_token":"ntn_x"}' }
            $null = Set-Person visit
            Assert-NotionError { Connect-NotionWorkspace @arguments 6>$null } -Id InvalidReply -Category InvalidData
        }

        It 'reports a vault that is not registered: <How>' -ForEach @{ How = '-Vault' }, @{ How = 'NOTIONAUTH_VAULT' } {
            $arguments = (New-FakeToken).SignIn + @{}
            try {
                if ($How -eq '-Vault') { $arguments.Vault = 'Nowhere' } else { $env:NOTIONAUTH_VAULT = 'Nowhere' }
                Assert-NotionError {
                    Connect-NotionWorkspace @arguments
                } -Id VaultNotFound -Category ObjectNotFound -Says 'Nowhere' -Advises 'Register-SecretVault'
            }
            finally {
                $env:NOTIONAUTH_VAULT = $null
            }
        }
    }
}
