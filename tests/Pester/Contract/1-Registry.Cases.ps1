# Vaults are registered, listed, unregistered; which is the default.
@(
    @{
        Name = 'Register-SecretVault returns nothing, and the first vault is the default'
        Do   = { Register-Plain One; Register-Plain Two; Get-SecretVault }
    }
    @{
        Name = 'Register-SecretVault -PassThru, with a description'
        Do   = { Register-SecretVault -ModuleName $plain -Name P -PassThru -Description 'Some words' }
    }
    @{
        Name = 'Register-SecretVault takes the module''s name where there is none, by a path (of a version: no), ' +
            'of its manifest, a relative one, and by name'
        Do   = {
            Register-SecretVault $plain -PassThru
            Register-SecretVault "$plain/1.0.0" Version -PassThru
            Register-SecretVault "$plain/1.0.0/NotionAuth.PlainFileVault.psd1" Manifest -PassThru
            Push-Location $vaults
            Register-SecretVault ./TroubleVault Relative -PassThru
            Pop-Location
            $env:PSModulePath = "$vaults$([IO.Path]::PathSeparator)$env:PSModulePath"
            Register-SecretVault TroubleVault Named -PassThru
        }
    }
    @{
        Name =
            'Register-SecretVault -DefaultVault makes it the default, and -DefaultVault:$false not even the first one'
        Do   = {
            Register-SecretVault -Name One -ModuleName $plain -DefaultVault:$false
            Get-SecretVault
            Register-SecretVault -Name Two -ModuleName $plain -DefaultVault
            Register-SecretVault -Name Three -ModuleName $plain -DefaultVault
            Get-SecretVault
        }
    }
    @{
        Name = 'Register-SecretVault refuses a name that is taken, in any case, unless -AllowClobber is given'
        Do   = {
            Register-Plain One
            Register-SecretVault -Name ONE -ModuleName $trouble
            Get-SecretVault
            Register-SecretVault -Name ONE -ModuleName $trouble -AllowClobber
            Get-SecretVault
            Register-SecretVault -ModuleName $plain
            Register-SecretVault -ModuleName $plain
        }
    }
    @{
        Name = 'Register-SecretVault refuses modules that are not there, and a null, an empty or a reserved name'
        Do   = {
            Register-SecretVault -Name One -ModuleName Nowhere.AtAll
            Register-SecretVault -Name One -ModuleName "$folder/nowhere"
            Register-SecretVault -Name '' -ModuleName $plain
            Register-SecretVault -Name One -ModuleName ''
            Register-SecretVault -Name One -ModuleName $trouble -VaultParameters @{ Verbose = 'x' }
            Get-SecretVault
        }
    }
    @{
        Name = 'Register-SecretVault refuses modules that are no vault extension'
        Do   = {
            $null = [IO.Directory]::CreateDirectory("$folder/Plain")
            Set-Content "$folder/Plain/Plain.psm1" 'function Get-Something { }'
            Register-SecretVault -Name One -ModuleName "$folder/Plain"
            Register-SecretVault -Name One -ModuleName (New-Extension 'throw "The extension does not load."')
            Register-SecretVault -Name One -ModuleName (New-Extension (Get-ExtensionScript) -Nested Other)
            foreach ($lacking in 'Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Remove-Secret', 'Test-SecretVault') {
                try {
                    Register-SecretVault -Name One -ModuleName (New-Extension (Get-ExtensionScript -Without $lacking))
                }
                catch { "$lacking $(Format-Error $_)" }
            }
            foreach ($lacking in '[string] $Name, ', '[string] $VaultName, ', ', [hashtable] $AdditionalParameters',
                    '[string] $Filter, ', '[object] $Secret, ') {
                try {
                    Register-SecretVault -Name One -ModuleName (
                        New-Extension (Get-ExtensionScript).Replace($lacking, '')
                    )
                }
                catch { "$lacking $(Format-Error $_)" }
            }
            Get-SecretVault
            Register-SecretVault -Name One -ModuleName (New-Extension (Get-ExtensionScript)) -PassThru
        }
    }
    @{
        Name = 'Register-SecretVault keeps vault parameters of these types'
        Do   = {
            $when = [datetime]::new(2020, 1, 2, 3, 4, 5, [DateTimeKind]::Utc)
            Register-SecretVault -Name One -ModuleName $trouble -VaultParameters @{
                Nested = @{ a = 1 }; Number = 5; Fraction = 1.5; Flag = $true; When = $when; Text = 'x'; Nothing = $null
            }
            $kept = (Get-SecretVault).VaultParameters
            foreach ($key in $kept.Keys | Sort-Object) { "$key $(Format-Value $kept[$key])" }
            Register-SecretVault -Name Two -ModuleName $trouble -VaultParameters @{
                Nested = @{ a = 1 }; Number = 5; Get_Secret = 'types'
            }
            Get-Secret a -Vault Two -AsPlainText
        }
    }
    @{
        Name = 'The registry is this file, with this content'
        Do   = {
            $registry = "$HOME/.secretmanagement/secretvaultregistry/vaultinfo"
            Register-SecretVault -Name One -ModuleName $trouble -Description words -VaultParameters @{
                Path = 'p'; Number = 5
            }
            Register-SecretVault -Name Two -ModuleName $withoutMetadata
            [IO.File]::ReadAllText($registry) | ConvertFrom-Json -AsHashtable
            Unregister-SecretVault *
            [IO.File]::ReadAllText($registry) | ConvertFrom-Json -AsHashtable
        }
    }
    @{
        Name = 'Get-SecretVault takes names and patterns, in their order, and reports a name that is not there'
        Do   = {
            Get-SecretVault
            Get-SecretVault *
            'b', 'a', 'B2' | ForEach-Object { Register-Plain $_ }
            (Get-SecretVault).Name -join ' '
            (Get-SecretVault b*).Name -join ' '
            (Get-SecretVault b, a, B).Name -join ' '
            (Get-SecretVault *, a).Name -join ' '
            Get-SecretVault Nowhere
            Get-SecretVault Now*
            (Get-SecretVault Nowhere, a).Name
        }
    }
    @{
        Name = 'Unregister-SecretVault takes names, patterns and vaults, and reports a name that is not there'
        Do   = {
            'a', 'b', 'c', 'd', 'e1', 'e2', 'f' | ForEach-Object { Register-Plain $_ }
            Unregister-SecretVault a, B
            'c' | Unregister-SecretVault
            Get-SecretVault d | Unregister-SecretVault
            (Get-SecretVault).Name -join ' '
            Unregister-SecretVault e*
            Unregister-SecretVault -SecretVault (Get-SecretVault)
            Get-SecretVault
            Unregister-SecretVault Nowhere
            Unregister-SecretVault No*
            Unregister-SecretVault ''
        }
    }
    @{
        Name = 'Unregister-SecretVault of the default leaves none, and the next vault is not the default either'
        Do   = { Register-Plain a; Register-Plain b; Unregister-SecretVault a; Register-Plain c; Get-SecretVault }
    }
    @{
        Name = 'Unregister-SecretVault tells the extension, which can not hold it up by <anything but a password>'
        Do   = {
            Invoke-EachPlan Unregister-SecretVault 'default', 'throw', 'throw-type', 'error', 'all-and-throw',
                'streams', 'value', 'missing-command' { Unregister-SecretVault $args[0] }
            Get-SecretVault
            Get-Call
        }
    }
    @{
        Name = 'Set-SecretVaultDefault takes a name or a vault, and clears the default'
        Do   = {
            Register-Plain a
            Register-Plain b
            Set-SecretVaultDefault B
            Get-SecretVault | Where-Object IsDefault
            Set-SecretVaultDefault -ClearDefault
            Get-SecretVault | Where-Object IsDefault
            Get-SecretVault a | Set-SecretVaultDefault
            Get-SecretVault | Where-Object IsDefault
            'b' | Set-SecretVaultDefault
            Get-SecretVault | Where-Object IsDefault
            Set-SecretVaultDefault Nowhere
            Set-SecretVaultDefault a*
            Get-SecretVault | Where-Object IsDefault
        }
    }
    @{
        Name = 'Nothing is done with -WhatIf'
        Do   = {
            Register-Plain a
            Register-Plain b
            Set-Secret s one -Metadata @{ m = 1 }
            Register-SecretVault -Name One -ModuleName $plain -WhatIf
            Unregister-SecretVault a -WhatIf
            Set-SecretVaultDefault b -WhatIf
            Set-SecretVaultDefault -ClearDefault -WhatIf
            Set-Secret s two -WhatIf
            Get-SecretInfo | Set-Secret -Vault b -WhatIf
            Set-SecretInfo s @{ m = 2 } -WhatIf
            Remove-Secret s a -WhatIf
            (Get-SecretVault).IsDefault
            Get-SecretInfo
            Get-Secret s -AsPlainText
        }
    }
    @{
        Name = 'Vaults and secrets are shown as tables'
        Do   = {
            Register-Plain
            Set-Secret a b
            Get-SecretVault | Out-String -Stream | ForEach-Object TrimEnd
            Get-SecretInfo | Out-String -Stream | ForEach-Object TrimEnd
        }
    }
    @{
        Name = 'Names of vaults and secrets are completed'
        Do   = {
            Register-Plain Alpha
            Set-Secret xyz one
            Set-Secret xab one
            foreach ($line in 'Get-Secret -Vault Al', 'Get-Secret x', 'Get-SecretVault A', 'Unregister-SecretVault A',
                    'Remove-Secret -Name xy', 'Set-SecretInfo xy', 'Get-SecretInfo xa', 'Test-SecretVault A',
                    'Set-Secret -Vault A') {
                (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -join ','
            }
        }
    }
)
